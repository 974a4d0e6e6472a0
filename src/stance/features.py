"""A statement as a classifier sees it: hashed words, of itself and of what stands before; traits of its clauses; keywords; a vector.

Hashes stand for words where the words may not be kept: the coded statements of third-party texts ship as features alone, as
the HathiTrust Extracted Features do (Organisciak et al. 2017).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import murmurhash3_32

from stance.attribution.grammar import Grammar, Parser
from stance.clauses import traits
from stance.records import FEATURES
from stance.rules import count_keywords
from stance.text import Span
from stance.vectors import Encoder, with_cue

WORD = re.compile(r"\w+(?:'\w+)?|[?!]")
LONGEST = 2000  # characters of a statement that are read
BATCH = 512  # statements taken together


def word_names(text: str) -> list[str]:
    """Words and pairs of neighbouring words, in lower case."""
    words = WORD.findall(text[:LONGEST].replace("’", "'").lower())
    return words + [f"{one} {two}" for one, two in pairwise(words)]


def nearby_names(context: str) -> list[str]:
    """Words of what stands before a statement (see `stance.context`), in lower case."""
    return [name for name in word_names(context) if " " not in name]


def clause_names(grammar: Grammar, parser: Parser, cue: str = "") -> list[str]:
    """Traits of a statement's clauses, and the verb that reports it."""
    return traits(grammar, parser.nlp.vocab.strings, range(len(grammar))) + ([f"cue:{cue}"] if cue else [])


def hashed(names: Iterable[str]) -> bytes:
    """A 32-bit number for each name, the same on every machine, as the bytes of 32-bit integers."""
    return np.array([murmurhash3_32(name, positive=True) for name in names], dtype="<u4").tobytes()


def unpacked(hashes: bytes) -> list[int]:
    """The numbers that `hashed` packed."""
    return np.frombuffer(hashes, "<u4").tolist()


def parse(texts: Sequence[str], parser: Parser) -> list[Grammar]:
    """The grammar of each text by itself."""
    return parser.several([(text[:LONGEST], [Span(0, min(len(text), LONGEST))]) for text in texts])


def describe(
    rows: pd.DataFrame,
    *,
    parser: Parser | None,
    encoder: Encoder | None,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """Columns FEATURES for rows with `text` and `cue`: packed hashes, counts by keyword code, and the bytes of the vector.

    A `context` (see `stance.context`) is read too, and by the encoder the `group` of coded rows, where there are such columns.
    Without a parser `clauses` are empty, without an encoder each `vector`. Each statement is parsed by itself, so that the same
    words have the same features whether they come from a document, a sheet or a file of rows.
    """
    rows = rows.assign(cue=rows["cue"].fillna(""))
    parts = [_part(rows.iloc[n : n + BATCH], parser, encoder) for n in track(range(0, len(rows), BATCH))]
    return pd.concat(parts) if parts else pd.DataFrame({name: pd.Series(dtype=object) for name in FEATURES}, index=rows.index)


def _part(rows: pd.DataFrame, parser: Parser | None, encoder: Encoder | None) -> pd.DataFrame:
    texts = rows["text"].tolist()
    clauses = [b""] * len(rows)
    if parser:
        clauses = [hashed(clause_names(g, parser, cue)) for g, cue in zip(parse(texts, parser), rows["cue"], strict=True)]
    contexts, groups = (rows[name].tolist() if name in rows else [""] * len(rows) for name in ("context", "group"))
    vectors = [b""] * len(rows)
    if encoder:
        read = [with_cue(text[:LONGEST], cue) for text, cue in zip(texts, rows["cue"], strict=True)]
        vectors = [vector.tobytes() for vector in encoder(read, contexts, groups)]
    words = [hashed(word_names(text)) for text in texts]
    nearby = [hashed(nearby_names(context)) for context in contexts]
    keywords = [count_keywords(text[:LONGEST], cue) for text, cue in zip(texts, rows["cue"], strict=True)]
    columns = {"words": words, "nearby": nearby, "clauses": clauses, "keywords": keywords, "vector": vectors}
    return pd.DataFrame(columns, index=rows.index)
