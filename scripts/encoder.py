"""The sentence encoder as torch modules: two models that share their lower layers, read from and written to data/encoder."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn
from transformers import BertConfig, BertModel

from stance import files
from stance.vectors import load_tokenizer, padded

FROZEN = ("embeddings", "encoder.layer.0")
SHAPE = BertConfig(
    hidden_size=384,
    num_hidden_layers=6,
    num_attention_heads=12,
    intermediate_size=1536,
    attention_probs_dropout_prob=0.0,
    attn_implementation="eager",
)
SMALLEST = 10_000  # fewest weights of a matrix that is stored as bytes
MODEL = "model.onnx"


class Tuned(nn.Module):
    """MiniLM, the mean of its last states, and a linear layer for each target; gives centred log-odds of its codes."""

    def __init__(self, sizes: dict[str, int], tokenizer: Path) -> None:
        super().__init__()
        self.tokenizer = load_tokenizer(tokenizer)
        self.bert = BertModel(SHAPE, add_pooling_layer=False)
        self.drop = nn.Dropout(0.1)
        self.heads = nn.ModuleDict({target: nn.Linear(SHAPE.hidden_size, n) for target, n in sizes.items()})
        for name, weight in self.bert.named_parameters():
            weight.requires_grad = not name.startswith(FROZEN)

    def lower(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """States of shape (texts, tokens, width) after the layers that are FROZEN, from token ids, parts and mask of (texts, tokens)."""
        hidden = self.bert.embeddings(input_ids=ids, token_type_ids=types)
        return self.bert.encoder.layer[0](hidden, (1 - mask[:, None, None, :]) * -1e4)

    def upper(self, hidden: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """Log-odds by target, each of shape (texts, codes), from what `lower` gives."""
        for layer in self.bert.encoder.layer[1:]:
            hidden = layer(hidden, (1 - mask[:, None, None, :]) * -1e4)
        weight = mask[..., None]
        mean = self.drop((hidden * weight).sum(1) / weight.sum(1))
        logs = {target: head(mean) for target, head in self.heads.items()}
        return {target: log - log.mean(-1, keepdim=True) for target, log in logs.items()}

    def forward(self, texts: list[str], contexts: list[str]) -> dict[str, torch.Tensor]:
        """Log-odds by target, each of shape (texts, codes)."""
        ids, types, mask = self.tensors(texts, contexts)
        return self.upper(self.lower(ids, types, mask.float()), mask.float())

    def tensors(self, texts: list[str], contexts: list[str]) -> list[torch.Tensor]:
        """Token ids, parts and mask, each of integers of shape (texts, most tokens of a text)."""
        pairs = self.tokenizer.encode_batch(list(zip(texts, contexts, strict=True)))
        return [torch.from_numpy(array) for array in padded(pairs).values()]

    @torch.no_grad()
    def log_odds(self, texts: list[str], contexts: list[str]) -> dict[str, np.ndarray]:
        """What `forward` gives of at least one text, a few at a time."""
        parts = [self(texts[n : n + 64], contexts[n : n + 64]) for n in range(0, len(texts), 64)]
        return {target: torch.cat([part[target] for part in parts]).numpy() for target in parts[0]}


class Pair(nn.Module):
    """Encoders that share their lower layers; token ids, parts and mask to log-odds of shape (encoders, rows, codes)."""

    def __init__(self, tuned: list[Tuned]) -> None:
        super().__init__()
        self.tuned = nn.ModuleList(tuned)

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        weight = mask.float()
        hidden = self.tuned[0].lower(ids, types, weight)
        return torch.stack([torch.cat(list(one.upper(hidden, weight).values()), -1) for one in self.tuned])


def load(folder: Path, half: int, sizes: dict[str, int]) -> Tuned:
    """The model of one half that `export` wrote. Raises KeyError for a half or a weight that is not there, RuntimeError for other sizes."""
    model, known = Tuned(sizes, folder / "tokenizer.json"), stored(folder / MODEL)
    shared = tuple(f"bert.{name}" for name in FROZEN)  # stand once, as those of the first
    own = {name: known[f"tuned.{0 if name.startswith(shared) else half}.{name}"] for name in model.state_dict()}
    model.load_state_dict({name: torch.tensor(np.ascontiguousarray(weight)) for name, weight in own.items()})
    return model.eval()


def stored(path: Path) -> dict[str, np.ndarray]:
    """Weights in a model.onnx by their name in `Pair`. The matrix of a linear layer has lost its name there; its bias has not."""
    graph = onnx.load(str(path)).graph
    raw = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    known = {name: values for name, values in raw.items() if not name.endswith((".bytes", ".scale"))}
    for name in (name.removesuffix(".bytes") for name in raw if name.endswith(".bytes")):
        known[name] = raw[f"{name}.bytes"].astype(np.float32) * raw[f"{name}.scale"]
    products = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul" and node.input[1] in known}
    for node in graph.node:
        product = next((name for name in node.input if name in products), None)
        bias = next((name for name in node.input if name.endswith(".bias")), None)
        if node.op_type == "Add" and product and bias:
            known[bias.removesuffix("bias") + "weight"] = known[products[product]].T
    return known


def export(pair: Pair, folder: Path) -> None:
    """Write model.onnx, whose large weights are bytes with a scale for each row or column."""
    sample = tuple(pair.tuned[0].tensors(["We will respond.", "No."], ["", "A title"]))
    names = ["ids", "types", "mask"]
    axes = {name: {0: "rows", 1: "tokens"} for name in names}
    options = {"input_names": names, "output_names": ["logs"], "dynamic_axes": axes, "opset_version": 17, "dynamo": False}
    with files.atomic(folder / MODEL) as path:
        torch.onnx.export(pair.eval(), sample, str(path), **options)
        model = onnx.load(str(path))
        _as_bytes(model.graph)
        onnx.checker.check_model(model)
        onnx.save(model, str(path))


def _as_bytes(graph: onnx.GraphProto) -> None:
    """Replace every large matrix by its bytes and scales, and the product of the two."""
    kept, added = [], []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < SMALLEST:
            kept.append(weight)
            continue
        axis = 0 if len(values) > values.shape[1] * 4 else 1  # a word's row; an output's column, a position's place
        scale = np.maximum(np.abs(values).max(axis=1 - axis), 1e-12) / 127
        small = np.rint(values / np.expand_dims(scale, 1 - axis)).astype(np.int8)
        scale = np.expand_dims(scale, 1 - axis).astype(np.float32)
        kept += [numpy_helper.from_array(small, f"{weight.name}.bytes"), numpy_helper.from_array(scale, f"{weight.name}.scale")]
        # plain arithmetic, which the runtime does once on loading; a DequantizeLinear it would do at every run
        added.append(helper.make_node("Cast", [f"{weight.name}.bytes"], [f"{weight.name}.float"], to=onnx.TensorProto.FLOAT))
        added.append(helper.make_node("Mul", [f"{weight.name}.float", f"{weight.name}.scale"], [weight.name]))
    nodes = [*added, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
