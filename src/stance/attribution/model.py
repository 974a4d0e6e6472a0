"""Finds attributions: likely cues, their contents and sources, and which of these hold together.

Five hashed logistic regressions (hashing: Weinberger et al. 2009). Three read every token: is it a cue, part of a content, part of a
source? Two read pairs: does this token belong to this cue's content, does it head this cue's source? A sixth, over measures and their
products, judges each attribution so proposed beside its rivals; the surest are taken first, and no word is given to two.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id

from stance.attribution.features import BITS, hashed, pairs, sources, tokens
from stance.attribution.grammar import Grammar, Scores
from stance.attribution.proposals import Proposals, content_pairs, describe, head_pairs, likely, propose
from stance.errors import refuse

FAVOUR = 1.5  # log-odds
TABLES = ("cue", "content", "source", "span", "head")
MARKS = [get_string_id(tag) for tag in (".", ",", ":", "``", "''", "-LRB-", "-RRB-", "HYPH", "_SP")]


@dataclass(frozen=True)
class Weights:
    """`tables`: for each of TABLES 2 ** BITS weights; `intercepts`: theirs. The judge: `mean` and `scale` of its measures, then weights of
    their products (square, upper triangle) and of themselves, and an intercept. `least`: log-odds of the judge from which an attribution
    is kept, and of a source's head from which it is named."""

    tables: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    products: NDArray[np.float32]
    linear: NDArray[np.float32]
    intercept: NDArray[np.float32]
    least: NDArray[np.float32]

    def score(self, table: str, columns: NDArray[np.int32]) -> Scores:
        """Log-odds of rows of hashed features."""
        n = TABLES.index(table)
        return self.tables[n][columns].sum(1) + self.intercepts[n]

    def judge(self, measures: Scores) -> Scores:
        """Log-odds of each proposal to be an attribution with this content."""
        x = (measures - self.mean) / self.scale
        return ((x @ self.products) * x).sum(1) + x @ self.linear + self.intercept


@dataclass(frozen=True)
class Attribution:
    """Token indices. `head`: of the source phrase, None where the text names no source; `score`: log-odds to be right."""

    cue: int
    content: tuple[int, ...]
    head: int | None
    score: float


def token_scores(g: Grammar, weights: Weights) -> Scores:
    """Log-odds of each token to be a cue, part of a content and part of a source, shape (3, n)."""
    columns = hashed(tokens(g))
    return np.stack([weights.score(table, columns) for table in TABLES[:3]])


def proposed(g: Grammar, scores: Scores, weights: Weights) -> Proposals | None:
    """An attribution for each likely cue; None where there is none."""
    cues = likely(g, scores)
    if not len(cues):
        return None
    contents, heads = content_pairs(g, scores, cues), head_pairs(g, scores, cues)
    content_scores = weights.score("span", hashed(pairs(g, contents.cue, contents.token, scores)))
    head_scores = weights.score("head", hashed(sources(g, heads.cue, heads.token, scores)))
    return propose(cues, contents, content_scores, heads, head_scores)


def find(g: Grammar, weights: Weights, favoured: Sequence[int] = ()) -> list[Attribution]:
    """Attributions in the order of their contents; no token is in the content of two.

    Verbs with a subject whose lemma is in `favoured` get FAVOUR more, for uses that count more than PolNeAR marks.
    """
    if not len(g):
        return []
    scores = token_scores(g, weights)
    favour = np.isin(g.lemma, np.array(favoured, np.uint64)) & (g.child["nsubj"] >= 0)
    scores[0][favour] += FAVOUR
    proposals = proposed(g, scores, weights)
    if proposals is None:
        return []
    judged = weights.judge(describe(g, scores, proposals)) + FAVOUR * favour[proposals.cue]
    return select(g, proposals, judged, weights.least)


def select(g: Grammar, p: Proposals, scores: Scores, least: NDArray[np.float32]) -> list[Attribution]:
    """The surest proposals first, without the words of surer ones, as long as half of their own words are left."""
    taken: set[int] = set()
    found = []
    for n in np.argsort(-scores, kind="stable"):
        if scores[n] < least[0]:
            break
        head = int(p.head[n]) if p.head_score[n] >= least[1] else None
        content = set(p.tokens(int(n))) - {head}
        left = content - taken
        if len(left) < max(0.5 * len(content), 1):
            continue
        taken |= left
        trimmed = _trimmed(g, sorted(left))
        if trimmed:
            found.append(Attribution(int(p.cue[n]), trimmed, head, float(scores[n])))
    return sorted(found, key=lambda a: (a.content[0], a.cue))


def _trimmed(g: Grammar, content: list[int]) -> tuple[int, ...]:
    """`content` without punctuation at its ends, but with the quotation marks around a quotation."""
    loose = [i for i in content if g.quoted[i] or g.tag[i] not in MARKS]
    return tuple(i for i in content if loose and loose[0] <= i <= loose[-1])


def packed(weights: Weights) -> bytes:
    """An .npz archive: the same weights, the same bytes."""
    arrays: dict[str, Any] = {**vars(weights), "tables": weights.tables.astype(np.float16)}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def read_weights(path: Path) -> Weights:
    """Weights as `packed` stores them. Nothing in the file is run. Raises StanceError on any other file."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in Weights.__dataclass_fields__}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise refuse(
            f"{path} holds no attribution weights ({type(error).__name__})", "an .npz that stance wrote", "train it again"
        ) from None
    if arrays["tables"].shape != (len(TABLES), 2**BITS):
        raise refuse(f"{path} holds weights of another version", "those of this one", "train it again")
    return Weights(**arrays)
