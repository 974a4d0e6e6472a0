"""Attributions as proposed, cue by cue, and what each looks like beside its rivals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id

from stance.attribution.grammar import Flags, Grammar, Numbers, Scores

LIKELY = -2.0  # log-odds from which a token is tried as a cue
REACH = 150  # tokens to either side of a cue in which its own sentence is read
SENTENCES = {1: 12, -1: 4}  # sentences after and before the cue's, in which its quotation may go on
NAMING = [get_string_id(tag) for tag in ("NN", "NNS", "NNP", "NNPS", "PRP", "PRP$", "WP", "WDT", "DT", "CD", "EX", "JJ", "JJS")]
NOWHERE = -9.0  # log-odds that stand for "no such token"


@dataclass(frozen=True)
class Pairs:
    """Pairs of a cue and a token. `number`: which of the cues; `cue`, `token`: token indices."""

    number: Numbers
    cue: Numbers
    token: Numbers


def likely(g: Grammar, scores: Scores) -> Numbers:
    """Tokens worth trying as cues: none within a sentence that is quoted whole, unless it is a sure one."""
    within = g.quoted & (g.marked[g.sentence] == 2) if len(g) else g.quoted
    return np.flatnonzero((scores[0] > LIKELY) & ~(within & (scores[0] < 0)))


def content_pairs(g: Grammar, scores: Scores, cues: Numbers) -> Pairs:
    """Each cue with the tokens of its sentence, and with quoted ones of sentences that its quotation may go on in."""
    own, tokens = _own(g, cues)
    numbers, further = [own], [tokens]
    for number, cue in enumerate(cues):
        if scores[0, cue] < LIKELY / 2:
            continue
        for part in _quoted_around(g, int(cue)):
            numbers.append(np.full(len(part), number))
            further.append(part)
    every, token = np.concatenate(numbers), np.concatenate(further)
    order = np.lexsort((token, every))
    return Pairs(every[order], cues[every[order]], token[order])


def head_pairs(g: Grammar, scores: Scores, cues: Numbers) -> Pairs:
    """Each cue with the tokens of its sentence that may head its source."""
    number, token = _own(g, cues)
    fits = (np.isin(g.tag, NAMING) & (scores[2] > 2 * LIKELY))[token] & (token != cues[number])
    return Pairs(number[fits], cues[number[fits]], token[fits])


def _own(g: Grammar, cues: Numbers) -> tuple[Numbers, Numbers]:
    start, end = np.maximum(g.first[cues], cues - REACH), np.minimum(g.last[cues], cues + REACH) + 1
    sizes = end - start
    number = np.repeat(np.arange(len(cues)), sizes)
    return number, np.arange(sizes.sum()) + np.repeat(start - (np.cumsum(sizes) - sizes), sizes)


def _quoted_around(g: Grammar, cue: int) -> list[Numbers]:
    """Quoted tokens of the sentences around, as far as each holds some; past the paragraph's end, as far as each is quoted whole."""
    found = []
    for step, most in SENTENCES.items():
        at = int(g.sentence[cue]) + step
        while 0 <= at < len(g.marked) and abs(at - g.sentence[cue]) <= most and g.marked[at]:
            start, end = g.bounds[at], g.bounds[at + 1]
            if g.paragraph[start] != g.paragraph[cue] and (step < 0 or g.marked[at] < 2):
                break
            found.append(start + np.flatnonzero(g.quoted[start:end]))
            at += step
    return found


@dataclass(frozen=True)
class Proposals:
    """Attributions as arrays, one entry per cue that got a content; `pairs` holds their tokens, sorted by number and place.

    `head`: the likeliest head of the source, -1 for none in reach; `head_score`, `second`: log-odds of it and of the next.
    `outer`: log-odds of the tokens just before and behind the content to belong to it too.
    """

    cue: Numbers
    pairs: Pairs
    pair_scores: Scores
    head: Numbers
    head_score: Scores
    second: Scores
    outer: tuple[Scores, Scores]

    def __len__(self) -> int:
        return len(self.cue)

    def tokens(self, n: int) -> list[int]:
        low, high = np.searchsorted(self.pairs.number, [n, n + 1])
        return self.pairs.token[low:high].tolist()


def propose(cues: Numbers, contents: Pairs, content_scores: Scores, heads: Pairs, head_scores: Scores) -> Proposals | None:
    """Each cue with the tokens that are likelier than not its content, and the likeliest head of its source; None where no cue has one."""
    kept = (content_scores > 0) & (contents.token != contents.cue)
    if not kept.any():
        return None
    some = np.flatnonzero(np.bincount(contents.number[kept], minlength=len(cues)))
    renumbered = np.full(len(cues), -1)
    renumbered[some] = np.arange(len(some))
    head, score, second = np.full(len(cues), -1), np.full(len(cues), NOWHERE), np.full(len(cues), NOWHERE)
    order = np.lexsort((-head_scores, heads.number))
    number, at = np.unique(heads.number[order], return_index=True)
    head[number], score[number] = heads.token[order][at], head_scores[order][at]
    follows = at + 1 < np.append(at[1:], len(order))
    second[number[follows]] = head_scores[order][at[follows] + 1]
    pairs = Pairs(renumbered[contents.number[kept]], contents.cue[kept], contents.token[kept])
    edges = _outer(contents, content_scores, kept, len(cues))
    return Proposals(cues[some], pairs, content_scores[kept], head[some], score[some], second[some], (edges[0][some], edges[1][some]))


def _outer(contents: Pairs, scores: Scores, kept: Flags, count: int) -> tuple[Scores, Scores]:
    """Score of the token before and behind each content, as far as it was read."""
    before, behind = np.full(count, NOWHERE), np.full(count, NOWHERE)
    at = np.flatnonzero(kept)
    number, first = np.unique(contents.number[at], return_index=True)
    last = np.append(first[1:], len(at)) - 1
    for result, edge, step in ((before, at[first], -1), (behind, at[last], 1)):
        next_to = edge + step
        inside = (next_to >= 0) & (next_to < len(scores))
        inside[inside] &= contents.number[next_to[inside]] == number[inside]
        result[number[inside]] = scores[next_to[inside]]
    return before, behind


def describe(g: Grammar, scores: Scores, p: Proposals) -> Scores:
    """What each proposal looks like beside its rivals: log-odds, counts, parts of one and distances; shape (proposals, measures)."""
    cues, contents, sources = scores
    number, token = p.pairs.number, p.pairs.token
    size = np.bincount(number, minlength=len(p))
    starts = np.cumsum(size) - size
    first, last = token[starts], token[starts + size - 1]
    own = cues[p.cue]
    rival = _rivals(p, own, len(g))
    over = np.where(rival.best[token] == own[number], rival.second[token], rival.best[token])
    over_cue = np.where(rival.best[p.cue] == own, rival.second[p.cue], rival.best[p.cue])
    breaks = np.append(0, (np.diff(token) > 1) & (np.diff(number) == 0))
    sentences = np.append(1, (np.diff(g.sentence[token]) > 0) | (np.diff(number) > 0))

    def mean(values: NDArray[np.generic]) -> Scores:
        return np.add.reduceat(values.astype(np.float64), starts) / size

    def least(values: Scores) -> Scores:
        return np.minimum.reduceat(values, starts)

    def most(values: Scores) -> Scores:
        return np.maximum.reduceat(values, starts)

    beside_first, beside_last = np.maximum(first - 1, 0), np.minimum(last + 1, len(g) - 1)
    measures = [
        *(own, contents[p.cue], sources[p.cue], g.depth[p.cue], g.last[p.cue] - p.cue, p.cue - g.first[p.cue], g.marked[g.sentence[p.cue]]),
        *(mean(p.pair_scores), least(p.pair_scores), p.pair_scores[starts], p.pair_scores[starts + size - 1], *p.outer),
        *(np.log2(size), mean(breaks) * size, mean(sentences) * size, mean(g.quoted[token])),
        *(mean(contents[token]), least(contents[token]), contents[first], contents[last], contents[beside_first], contents[beside_last]),
        *(most(over), mean(over), mean(over > own[number]), over_cue, most(cues[token])),
        *(p.head_score, p.second, np.where(p.head >= 0, sources[p.head], NOWHERE), np.where(p.head >= 0, p.cue - p.head, REACH)),
        *(first - p.cue, last - p.cue),
    ]
    return np.stack([np.clip(measure, -30, 60) for measure in measures], 1)


@dataclass(frozen=True)
class Rivals:
    """For each token the scores of the surest cue whose content holds it and of the next."""

    best: Scores
    second: Scores


def _rivals(p: Proposals, own: Scores, n: int) -> Rivals:
    best, second = np.full(n, NOWHERE), np.full(n, NOWHERE)
    order = np.lexsort((-own[p.pairs.number], p.pairs.token))
    token, at = np.unique(p.pairs.token[order], return_index=True)
    best[token] = own[p.pairs.number[order][at]]
    follows = at + 1 < np.append(at[1:], len(order))
    second[token[follows]] = own[p.pairs.number[order][at[follows] + 1]]
    return Rivals(best, second)
