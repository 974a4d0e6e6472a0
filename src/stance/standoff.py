"""Codes that stand apart from their words: the words are read from the corpora where these are at hand, and ship as features alone."""

import hashlib

import numpy as np
import pandas as pd

from stance.context import context
from stance.errors import listing, refuse
from stance.records import HASHED

ROUNDING = 1  # steps by which processors may round a component of a vector differently
LEAST = 3  # coded statements in which a feature must stand to be stored: what is rarer could tell a text, and teaches little


def spans_of(spans: str) -> list[list[int]]:
    """`start-end;start-end` as pairs of offsets."""
    return [[int(edge) for edge in span.split("-")] for span in spans.split(";")]


def words_at(text: str, spans: list[list[int]], sha256: str) -> str | None:
    """The words at `spans`, joined by spaces; None when they are not those that were coded."""
    content = " ".join(text[start:end] for start, end in spans)
    return content if hashlib.sha256(content.encode()).hexdigest() == sha256 else None


def contexts_of(codes: pd.DataFrame, documents: dict[tuple[str, str], dict[str, str]]) -> list[str]:
    """What stands before each code's words in its document (see `stance.context`); documents as `words_of` takes them."""
    found = []
    for code in codes.to_dict("records"):
        document = documents[code["corpus"], code["doc_id"]]
        found.append(context(document["title"], document["text"][: spans_of(code["spans"])[0][0]]))
    return found


def words_of(codes: pd.DataFrame, documents: dict[tuple[str, str], dict[str, str]]) -> list[str]:
    """The words at each code's `spans` in its document; `documents` by corpus and doc_id, each with `title` and `text`.

    Raises StanceError naming the statements whose document is missing, or whose words are not those that were coded.
    """
    absent, changed, words = [], [], []
    for code in codes.to_dict("records"):
        document = documents.get((code["corpus"], code["doc_id"]))
        content = None if document is None else words_at(document["text"], spans_of(code["spans"]), code["sha256"])
        if document is None:
            absent.append(code["statement_id"])
        elif content is None:
            changed.append(code["statement_id"])
        words.append(content or "")
    for bad, what in ((absent, "are in no document of the corpora"), (changed, "are of other words than were coded")):
        if bad:
            raise refuse(f"{len(bad)} statements {what} ({listing(bad, 2)})", "the corpora as coded", "docs/data-card.md")
    return words


def spoken(codes: pd.DataFrame, documents: dict[tuple[str, str], dict[str, str]]) -> pd.DataFrame:
    """Each code's `statement_id` and what `stance.features.describe` reads: `cue`, `text`, `context` and, as `group`, its document."""
    return codes[["statement_id", "cue"]].assign(
        text=words_of(codes, documents), context=contexts_of(codes, documents), group=codes["doc_id"]
    )


def frequent(features: pd.DataFrame) -> pd.DataFrame:
    """`features` without the hashes that stand in fewer than LEAST statements."""
    result = features.copy()
    for name in HASHED:
        rows = [np.frombuffer(row, "<u4") for row in features[name]]
        numbers, seen = np.unique(np.concatenate([np.unique(row) for row in rows]), return_counts=True)
        kept = numbers[seen >= LEAST]
        result[name] = [row[np.isin(row, kept)].tobytes() for row in rows]
    return result


def differences(stored: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    """Ids of statements whose features differ: in a word or a clause, or in a vector by more than rounding."""
    both = stored.merge(found, on="statement_id", how="outer", suffixes=("", "_found"), indicator=True)
    missing = both.loc[both["_merge"] != "both", "statement_id"].tolist()
    rows = both[both["_merge"] == "both"]
    changed = [
        row["statement_id"]
        for row in rows.to_dict("records")
        if any(row[name] != row[f"{name}_found"] for name in (*HASHED, "keywords"))
        or len(row["vector"]) != len(row["vector_found"])
        or np.abs(np.frombuffer(row["vector"], np.int8).astype(int) - np.frombuffer(row["vector_found"], np.int8)).max(initial=0) > ROUNDING
    ]
    return sorted(missing + changed)
