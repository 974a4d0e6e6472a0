"""The sentence encoder as torch modules: three models that share their lower layers, read from and written to data/encoder."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertEmbeddings, BertLayer

from stance import files
from stance.vectors import HALVES, LOWER, load_tokenizer, padded

SHAPE = BertConfig(
    hidden_size=384,
    num_hidden_layers=6,
    num_attention_heads=12,
    intermediate_size=1536,
    attention_probs_dropout_prob=0.0,
    attn_implementation="eager",
)
SMALLEST = 10_000  # fewest weights of a matrix that is stored as bytes


class Lower(nn.Module):
    """Words and the lowest layer of MiniLM, as they were: token ids, parts and mask of (texts, tokens) to a state for each token."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings, self.layer = BertEmbeddings(SHAPE), BertLayer(SHAPE)

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.layer(self.embeddings(input_ids=ids, token_type_ids=types), padding(mask))


class Upper(nn.Module):
    """The layers above, the mean of their last states, and a linear layer for each target: states to centred log-odds of its codes.

    Gives those of all targets side by side, of shape (texts, codes).
    """

    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList([BertLayer(SHAPE) for _ in range(SHAPE.num_hidden_layers - 1)])
        self.drop = nn.Dropout(0.1)
        self.heads = nn.ModuleDict({target: nn.Linear(SHAPE.hidden_size, n) for target, n in sizes.items()})

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            hidden = layer(hidden, padding(mask))
        weight = mask[..., None].float()
        mean = self.drop((hidden * weight).sum(1) / weight.sum(1))
        logs = [head(mean) for head in self.heads.values()]
        return torch.cat([log - log.mean(-1, keepdim=True) for log in logs], -1)


class Tuned(nn.Module):
    """One model whole: texts and their contexts to centred log-odds of all targets side by side, of shape (texts, codes)."""

    def __init__(self, sizes: dict[str, int], tokenizer: Path) -> None:
        super().__init__()
        self.tokenizer = load_tokenizer(tokenizer)
        self.lower, self.upper = Lower().requires_grad_(False), Upper(sizes)

    def forward(self, texts: list[str], contexts: list[str]) -> torch.Tensor:
        tokens = self.tensors(texts, contexts)
        return self.upper(self.lower(**tokens), tokens["mask"])

    def tensors(self, texts: list[str], contexts: list[str]) -> dict[str, torch.Tensor]:
        """Token ids, parts and mask, each of integers of shape (texts, most tokens of a text)."""
        pairs = self.tokenizer.encode_batch(list(zip(texts, contexts, strict=True)))
        return {name: torch.from_numpy(array) for name, array in padded(pairs).items()}

    @torch.no_grad()
    def log_odds(self, texts: list[str], contexts: list[str]) -> np.ndarray:
        """What `forward` gives of at least one text, a few at a time."""
        return np.concatenate([self(texts[n : n + 64], contexts[n : n + 64]).numpy() for n in range(0, len(texts), 64)])


def padding(mask: torch.Tensor) -> torch.Tensor:
    """What is added to attention so that padding gets none."""
    return (1 - mask[:, None, None, :].float()) * -1e4


def load(folder: Path, name: str, sizes: dict[str, int]) -> Tuned:
    """The shared lower layers with the upper ones that `export` wrote by that name.

    Raises KeyError for a weight that is not there, RuntimeError for one of another size.
    """
    model = Tuned(sizes, folder / "tokenizer.json")
    for part, file in ((model.lower, LOWER), (model.upper, name)):
        known = stored(folder / f"{file}.onnx")
        part.load_state_dict({weight: torch.tensor(np.ascontiguousarray(known[weight])) for weight in part.state_dict()})
    return model.eval()


def averaged(folder: Path, sizes: dict[str, int]) -> Tuned:
    """A model whose weights are the mean of those of the halves (a soup: Wortsman et al. 2022)."""
    model, *others = (load(folder, name, sizes) for name in HALVES)
    weights = [one.state_dict() for one in (model, *others)]
    model.load_state_dict({name: sum(weight[name] for weight in weights) / len(weights) for name in weights[0]})
    return model


def stored(path: Path) -> dict[str, np.ndarray]:
    """Weights in a file by their name in the module. The matrix of a linear layer has lost its name there; its bias has not."""
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


def export(model: Tuned, folder: Path, name: str) -> None:
    """Write what a model has learnt, its upper layers, with large weights as bytes and a scale for each row or column."""
    tokens = model.eval().tensors(["We will respond.", "No."], ["", "A title"])
    inputs = {"hidden": model.lower(**tokens), "mask": tokens["mask"]}
    axes = {part: {0: "rows", 1: "tokens"} for part in inputs}
    options = {"input_names": list(inputs), "output_names": ["logs"], "dynamic_axes": axes, "opset_version": 17, "dynamo": False}
    with files.atomic(folder / f"{name}.onnx") as path:
        torch.onnx.export(model.upper, tuple(inputs.values()), str(path), **options)
        graph = onnx.load(str(path))
        as_bytes(graph.graph)
        onnx.checker.check_model(graph)
        onnx.save(graph, str(path))


def as_bytes(graph: onnx.GraphProto) -> None:
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
