"""Let a model of the sentence encoder learn on from the coded statements, where the corpora are at hand.

    python scripts/finetune.py CORPORA TAUGHT {half-0,half-1,whole}

The encoder (all-MiniLM-L6-v2: Wang et al. 2020; tuned before, see docs/decisions) learns acts, issues and stances together: codes of the
training part, of statements by other states' officials and of authored statements, each behind the verb that reports it; and, so that it
forgets less on the way (Li and Hoiem 2016), what it said before of uncoded statements (TAUGHT, which scripts/teach.py writes). Its three
models share the lower layers. Two learn from one half each of the documents and scenarios, so that every coded statement can be read by a
model that has not seen its document (cross-fitting; see stance.vectors); a half goes on from the last run, so write TAUGHT anew before it.
The whole, for all other statements, begins at the mean of the halves' weights and learns from all. Writes the model (weights as bytes) and
halves.json (half by document or scenario) over those that were. Takes some 40 minutes on two cores; needs stance, torch 2.13,
transformers 5.24 and onnx 1.23.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from encoder import Tuned, averaged, export, load
from scipy.special import softmax
from sklearn.metrics import f1_score
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from stance import files
from stance.codebook import ACTS, COMPARED
from stance.errors import refuse
from stance.label import label
from stance.params import load_params
from stance.records import FEATURES, ISSUES, STANCES, identifier
from stance.split import split
from stance.standoff import spoken
from stance.vectors import HALVES, WHOLE, with_cue

ENCODER = Path("data/encoder")
SEEN = ENCODER / "halves.json"
CODES = {"act": sorted(ACTS), "issue": sorted(ISSUES), "stance": sorted(STANCES)}  # in the order of the encoder's outputs
NAMES = (*HALVES, WHOLE)
SIZES = {target: len(names) for target, names in CODES.items()}
OTHERS = Path("data/labels/others.csv")  # codes of statements by officials of other states, which teach nothing but the encoder
EPOCHS, BATCH, RATE, HEAD_RATE, WARM_UP = 3, 32, 1e-4, 2e-4, 0.1
WITHOUT_CONTEXT = 0.3  # share of statements shown without their context, as some users have none
AUTHORED = 0.5  # weight of an authored statement
TAUGHT = "taught"  # origin of a statement that has no code but log-odds
LEFT = 10  # one in so many scenarios teaches none of the models, to measure on what none has seen
LOSS = {"act": 1.0, "issue": 0.7, "stance": 0.4}

log = logging.getLogger("finetune")


def read(corpora: Path) -> pd.DataFrame:
    """What teaches: coded statements of the training part and of other states, and authored ones.

    Columns `text` (the words behind the reporting verb), `context`, `side` ("" for another state), `origin`, `group` and the codes.
    Raises StanceError when a file, a document or a statement's words are missing.
    """
    settings = load_params(Path("params.yaml"))
    codes = files.read_csv(Path(settings.label.corpus))
    nothing = files.read_csv(Path(settings.label.codes[0])).head(0)
    blank = pd.DataFrame(columns=["doc_id", "text"], dtype=str)
    labelled = label(files.read_csv(Path(settings.label.authored)), codes, nothing, blank, blank).labelled
    held_out = files.read_held_out(settings.split.held_out)
    parts = split(labelled.assign(**dict.fromkeys(FEATURES, b"")), params=settings.split, held_out=held_out)
    others = other_states(codes, set(parts.test["group"]))
    coded = parts.train[parts.train["origin"] == "corpus"].drop(columns="text")
    apart = pd.concat([codes[codes["statement_id"].isin(coded["statement_id"])], others])
    known = spoken(apart, files.read_corpora(corpora, sorted(set(apart["corpus"]))))[["statement_id", "text", "context"]]
    real = pd.concat([coded, others]).merge(known, on="statement_id")
    rows = pd.concat([real, parts.train[parts.train["origin"] == "authored"].assign(context="")], ignore_index=True)
    return rows.assign(text=[with_cue(text, cue) for text, cue in zip(rows["text"], rows["cue"], strict=True)])


def other_states(codes: pd.DataFrame, tested: set[str]) -> pd.DataFrame:
    """Coded statements by officials of other states, but those that `codes` hold too and those of documents that are `tested`."""
    rows = files.read_csv(OTHERS)
    known = set(zip(codes["doc_id"], codes["sha256"], strict=True))
    new = np.array([pair not in known for pair in zip(rows["doc_id"], rows["sha256"], strict=True)])
    rows = rows[rows["act"].isin(ACTS) & new & ~rows["doc_id"].isin(tested)]
    return rows.assign(origin="other state", side="", group=rows["doc_id"])


def material(corpora: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    """What `read` gives, each row with the `half` that it teaches; and the half by document or scenario, of earlier runs too.

    Raises StanceError when a document or scenario has taught the other half before.
    """
    rows, before = read(corpora), files.read_json(SEEN)
    seen = halves(rows)
    changed = [group for group, half in seen.items() if before.get(group, half) != half]
    if changed:
        raise refuse(f"half of {changed[0]}", "the half that it taught before", "the rule of `halves` as it was")
    return rows.assign(half=rows["group"].map(seen)), before | seen


def halves(rows: pd.DataFrame) -> dict[str, int]:
    """The half that each document or scenario teaches; some scenarios teach none, see LEFT."""
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


def aims(rows: pd.DataFrame) -> dict[str, torch.Tensor]:
    """What each row is to be, by target of shape (rows, codes): its code, or probabilities where it is only taught."""
    taught = rows["origin"] == TAUGHT
    logs = by_target(np.array(rows.loc[taught, "logs"].to_list() if taught.any() else []).reshape(-1, sum(SIZES.values())))
    found = {}
    for target, names in CODES.items():
        aim = (rows[target].to_numpy()[:, None] == np.array(names)).astype(np.float32)
        aim[taught] = softmax(logs[target], axis=1)
        found[target] = torch.from_numpy(aim)
    return found


def by_target(logs: Any) -> dict[str, Any]:
    """Log-odds of all codes side by side, an array or tensor of shape (rows, codes), apart by target."""
    ends = np.cumsum(list(SIZES.values()))
    return {target: logs[:, end - size : end] for (target, size), end in zip(SIZES.items(), ends, strict=True)}


def row_weights(rows: pd.DataFrame) -> dict[str, torch.Tensor]:
    """Weight of each row's loss by target, of shape (rows,): authored ones count AUTHORED, rare acts more, by the root of how rare.

    Within an act the compared side that has fewer statements counts more, by the root of how few: half way to both counting alike. The
    act's whole weight stays. Rows have an index of their own each.
    """
    base = pd.Series(np.where(rows["origin"] == "authored", AUTHORED, 1.0), index=rows.index)
    rarity = 1 / np.sqrt(rows["act"].map(rows["act"].value_counts(normalize=True)))
    of_act = base * (rarity / rarity.mean()).fillna(1.0)
    for _, own in base[rows["side"].isin(COMPARED)].groupby(rows["act"]):
        sides = rows.loc[own.index, "side"]
        size = own.groupby(sides).sum()
        raised = size**-0.5
        of_act[own.index] *= sides.map(raised * size.sum() / (raised * size).sum())
    return {target: torch.tensor((of_act if target == "act" else base).to_numpy(dtype=np.float32)) for target in LOSS}


def learn(model: Tuned, rows: pd.DataFrame, rng: np.random.Generator) -> None:
    """Tune `model` on `rows`. Rates rise to their height in the first WARM_UP of all steps, then fall to nothing."""
    wanted, weight = aims(rows), row_weights(rows)
    length = (rows["text"].str.len() + rows["context"].str.len()).to_numpy()
    groups = [{"params": model.upper.layers.parameters(), "lr": RATE}, {"params": model.upper.heads.parameters(), "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = EPOCHS * -(-len(rows) // BATCH)
    schedule = LambdaLR(optimiser, lambda n: min((n + 1) / (WARM_UP * steps), (steps - n) / ((1 - WARM_UP) * steps)))
    model.train()
    for epoch in range(EPOCHS):
        total = 0.0
        for part in batches(length, rng):
            shown = [context if rng.random() > WITHOUT_CONTEXT else "" for context in rows["context"].iloc[part]]
            with torch.autocast("cpu", torch.bfloat16):
                found = by_target(model(rows["text"].iloc[part].tolist(), shown))
            losses = [
                share * weight[target][part] * nn.functional.cross_entropy(found[target].float(), wanted[target][part], reduction="none")
                for target, share in LOSS.items()
            ]
            loss = torch.stack(losses).sum(0).mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(part)
        log.info("epoch %d: loss %.3f", epoch + 1, total / len(rows))
    model.eval()


def score(model: Tuned, rows: pd.DataFrame) -> dict[str, float]:
    """Macro-F1 by target on statements of documents that `model` has not seen."""
    logs = by_target(model.log_odds(rows["text"].tolist(), rows["context"].tolist()))
    return {
        target: float(f1_score(rows[target], np.array(names)[logs[target].argmax(1)], average="macro")) for target, names in CODES.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("taught", type=Path, help="what scripts/teach.py wrote")
    parser.add_argument("name", choices=NAMES, help="the model to tune")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    rows, seen = material(options.corpora)
    taught = files.read_table(options.taught).assign(origin=TAUGHT)
    seed = NAMES.index(options.name)
    torch.manual_seed(seed)
    if options.name == WHOLE:
        model, learnt = averaged(ENCODER, SIZES), rows["half"].notna()
        lessons = pd.concat([rows[learnt], taught.assign(logs=taught["logs_of_both"])], ignore_index=True)
    else:
        model, learnt = load(ENCODER, options.name, SIZES), rows["half"] == seed
        lessons = pd.concat([rows[learnt], taught[taught["half"] == seed]], ignore_index=True)
    learn(model, lessons, np.random.default_rng(seed))
    for (origin, side), other in rows[~learnt].groupby(["origin", "side"]):
        log.info("not learnt, %s %s: %s", origin, side, score(model, other))
    export(model, ENCODER, options.name)
    files.write_json(seen, SEEN)


if __name__ == "__main__":
    main()
