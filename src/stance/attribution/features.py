"""What a token, and a pair of a cue with a token, look like: categorical features, hashed.

A feature is a template's name and the values of that template, arrays with one entry per row; `hashed` turns a list of them into columns
of weights. The templates follow those of Citron and of PolNeAR's baseline (Newell et al. 2018): words, tags and arcs around the
token, the frame of the cue, the path from the cue to the token, and quotation marks.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id

from stance.attribution.grammar import Flags, Grammar, Hashes, Numbers, Scores
from stance.attribution.paths import Path, path

Feature = tuple[str | NDArray[np.generic], ...]

BITS = 19
MIX = [np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)]
CLAUSE = np.uint64((1 << 10) - 1)  # the first ten kinds of grammar.FRAME


def hashed(features: list[Feature]) -> NDArray[np.int32]:
    """Column of each feature of each row, shape (rows, features), in [0, 2 ** BITS)."""
    columns = np.empty((len(features[0][1]), len(features)), np.int32)
    for n, (name, *values) in enumerate(features):
        with np.errstate(over="ignore"):
            columns[:, n] = (_key(np.uint64(get_string_id(str(name))), *values) * MIX[0]) >> np.uint64(64 - BITS)
    return columns


def tokens(g: Grammar) -> list[Feature]:
    """Features of every token."""
    return _words(g) + _frames(g) + _places(g)


def _words(g: Grammar) -> list[Feature]:
    w, s, t, d, h = g.word, g.lemma, g.tag, g.dep, g.head
    above = h[h]
    return [
        *(("w", w), ("s", s), ("t", t), ("d", d), ("wd", w, d), ("st", s, t), ("sd", s, d), ("suffix", g.suffix, t)),
        *(
            ("hs", s[h], d),
            ("ht", t[h], t),
            ("hss", s[h], s),
            ("aa", s[above], d, d[h]),
            ("ddd", d, d[h], d[above]),
            ("at", s[above], d, t[h]),
        ),
        *(("w-1", _shift(w, -1)), ("w+1", _shift(w, 1)), ("w-2", _shift(w, -2)), ("w+2", _shift(w, 2))),
        *(("w-3", _shift(w, -3)), ("w+3", _shift(w, 3)), ("sw-1", s, _shift(w, -1)), ("sw+1", s, _shift(w, 1))),
        *(("t-1", _shift(t, -1), t), ("t+1", t, _shift(t, 1))),
        *(("t-2", _shift(t, -2), _shift(t, -1), t), ("t+2", t, _shift(t, 1), _shift(t, 2))),
    ]


def _frames(g: Grammar) -> list[Feature]:
    w, s, t, d, h, child = g.word, g.lemma, g.tag, g.dep, g.head, g.child
    subject = np.where(child["nsubj"] >= 0, child["nsubj"], child["nsubjpass"])
    clause, object_ = child["ccomp"], child["dobj"]
    side = np.sign(h - np.arange(len(g))) + 1
    return [
        *(("frame", g.frame, t), ("sframe", s, g.frame), ("sclause", s, g.frame & CLAUSE), ("hframe", g.frame[h], d)),
        *(("su", s, _of(t, subject)), ("suw", _of(w, subject), t), ("sus", _of(s, subject), s), ("hsu", _of(w, subject[h]), d)),
        *(("cc", s, _of(s, clause)), ("cct", _of(t, clause), t, _of(s, _of(child["mark"], clause, -1)))),
        *(("xc", s, _of(s, child["xcomp"])), ("xct", _of(t, child["xcomp"]), t)),
        *(("ob", s, _of(s, object_)), ("obw", _of(s, object_), t), ("obt", s, _of(t, object_))),
        *(
            ("pr", s, _of(w, child["prep"])),
            ("au", s, _of(w, child["aux"])),
            ("aut", _of(w, child["aux"]), t, d),
            ("de", s, _of(w, child["det"])),
        ),
        *(("neg", s, child["neg"] >= 0), ("poss", s, child["poss"] >= 0), ("agent", child["agent"] >= 0, t)),
        *(("side", side, d, t[h]), ("hst", s[h], t, side)),
    ]


def _places(g: Grammar) -> list[Feature]:
    s, t, d, q = g.lemma, g.tag, g.dep, g.quoted
    here = g.marked[g.sentence]
    before, after = np.append(3, g.marked[:-1])[g.sentence], np.append(g.marked[1:], 3)[g.sentence]
    place = np.minimum(np.arange(len(g)) - g.first, 4)
    depth = np.minimum(g.depth, 6)
    return [
        *(("q", q, here), ("qqq", _shift(q, -1), q, _shift(q, 1)), ("sq", s, here), ("qn", here, before, after), ("qd", q, d)),
        ("sqqq", s, q, _shift(q, 1), _shift(q, -1)),
        *(
            ("shape", g.shape, place),
            ("place", place, g.paragraph != _shift(g.paragraph, -1, -1)),
            ("end", np.minimum(g.last - np.arange(len(g)), 4), t),
        ),
        *(("depth", depth, d), ("deptht", depth, t)),
    ]


def pairs(g: Grammar, cue: Numbers, token: Numbers, scores: Scores) -> list[Feature]:
    """Features of pairs. `scores`, shape (3, n): log-odds of each token to be a cue, part of a content, part of a source."""
    way = path(g, cue, token, scores[0])
    far = g.sentence[token] != g.sentence[cue]
    sentences = np.clip(g.sentence[token] - g.sentence[cue], -3, 4) + 3
    at_top = token == way.top
    arc = np.where(way.level > 0, g.dep[way.own], 1)
    branch = np.where(at_top, 7, g.dep[way.branch])
    relation = _key(MIX[1], np.where(far, 9, way.level), np.where(far, sentences, arc), np.where(far, _paragraphs(g, cue, token), branch))
    return (
        _relations(g, cue, token, relation, way)
        + _scores(g, cue, token, scores, relation, way)
        + _between(g, cue, token, scores, relation, way)
    )


def _paragraphs(g: Grammar, cue: Numbers, token: Numbers) -> Numbers:
    return np.clip(g.paragraph[token] - g.paragraph[cue], -1, 2) + 1


def _relations(g: Grammar, cue: Numbers, token: Numbers, r: Hashes, way: Path) -> list[Feature]:
    w, s, t, d = g.word, g.lemma, g.tag, g.dep
    left, right = g.edges
    b, verb, side, q = way.branch, s[cue], token > cue, g.quoted[token]
    early, late = np.minimum(token - left[b], 6), np.minimum(right[b] - token, 3)
    size = np.minimum(np.log2(right[b] - left[b] + 1), 5)
    here, there = g.marked[g.sentence[cue]], g.marked[g.sentence[token]]
    return [
        *(
            ("r", r),
            ("rs", r, verb),
            ("rt", r, t[cue]),
            ("rbt", r, t[b]),
            ("rbs", r, s[b]),
            ("rtop", r, s[np.maximum(way.top, 0)]),
            ("rd", r, d[cue]),
        ),
        *(
            ("rside", r, side, q),
            ("rsides", r, side, q, verb),
            ("rq", r, q, here, there),
            ("rf", r, g.frame[cue]),
            ("sf", verb, g.frame[cue], d[b]),
        ),
        *(
            ("b0", r, w[left[b]], side),
            ("b0s", verb, w[left[b]], d[b]),
            ("re", r, early),
            ("rew", r, early, w[token]),
            ("rl", r, late),
            ("rz", r, size),
        ),
        *(("td", r, d[token], d[g.head[token]]), ("tt", r, t[token]), ("rw", r, w[token]), ("w", w[token], side)),
        *(
            ("w-1", _shift(w, -1)[token], side, q),
            ("w+1", _shift(w, 1)[token], side, q),
            ("ttt", t[token], _shift(t, -1)[token], _shift(t, 1)[token], side),
        ),
        ("cd", d[cue], d[g.head[cue]], r),
    ]


def _scores(g: Grammar, cue: Numbers, token: Numbers, scores: Scores, r: Hashes, way: Path) -> list[Feature]:
    cues, contents, sources = scores
    side, q = token > cue, g.quoted[token]
    content, source = bucket(contents[token], 1.5, 9), bucket(sources[token], 1, 5)
    branch, rival = bucket(contents[way.branch], 1, 6), bucket(way.between_score, 0.7, 4)
    return [
        *(
            ("c", content),
            ("cr", content, r),
            ("cs", content, side, way.level),
            ("s", source),
            ("sr", source, r),
            ("qr", bucket(cues[token], 1, 5), r),
        ),
        *(("cue", bucket(cues[cue], 1, 5), r), ("rival", rival, r), ("rivald", rival, g.dep[way.between], way.between == way.branch)),
        *(("rivalq", rival, _count(cues, cue, token, 3), side, q), ("br", branch, r), ("bc", branch, content)),
    ]


def _between(g: Grammar, cue: Numbers, token: Numbers, scores: Scores, r: Hashes, way: Path) -> list[Feature]:
    cues, contents, _ = scores
    far, side, q = g.sentence[token] != g.sentence[cue], token > cue, g.quoted[token]
    low, high = np.minimum(cue, token), np.maximum(cue, token)
    distance = np.minimum(np.log2(high - low + 1) * 1.5, 9)
    rivals = _count(cues, cue, token, 3)
    inside = _sum(g.quoted, np.minimum(low + 1, high), high)
    gap = np.where(inside == 0, 0, np.where(inside >= high - low - 2, 2, 1))
    sure = cues > -0.4
    after = np.minimum(_sum(sure, cue + 1, g.last[cue] + 1), 2)
    before = np.minimum(_sum(sure, g.first[cue], cue), 2)
    others = np.minimum(_sum(sure, g.first[token], g.last[token] + 1), 2)
    to_end, from_start = np.minimum(g.last[cue] - cue, 3), np.minimum(cue - g.first[cue], 3)
    sentences = np.clip(g.sentence[token] - g.sentence[cue], -3, 4) + 3
    same = q & (g.quote[token] == g.quote[g.last[cue]])
    here, there = g.marked[g.sentence[cue]], g.marked[g.sentence[token]]
    return [
        *(("n", rivals, side, way.level, q), ("nr", rivals, r), ("nc", rivals, bucket(contents[token], 1.5, 9), side)),
        *(("far", distance, side, q, far), ("farr", distance, r), ("gap", gap, q, side, r), ("gapn", gap, q, rivals, side)),
        *(("ab", after, before, side, q), ("abr", after, before, r), ("ends", to_end, from_start, side, q)),
        *(
            ("s1", sentences, _paragraphs(g, cue, token), q, same, others),
            ("s2", sentences, _paragraphs(g, cue, token), here, there, to_end),
        ),
        *(("s3", sentences, to_end, from_start, g.lemma[cue]), ("s4", sentences, others, after, same)),
    ]


def sources(g: Grammar, cue: Numbers, token: Numbers, scores: Scores) -> list[Feature]:
    """Features of pairs of a cue and a token that may head its source: those of `pairs` and more of the arcs."""
    way = path(g, cue, token, scores[0])
    s, t, d = g.lemma, g.tag, g.dep
    arc, branch = np.where(way.level > 0, d[way.own], 1), np.where(token == way.top, 7, d[way.branch])
    r = _key(MIX[2], way.level, arc, branch, d[token], np.minimum(g.depth[token] - g.depth[way.branch], 3))
    own, above = bucket(scores[2][token], 1.5, 9), bucket(scores[2][g.head[token]], 1, 5)
    return [
        *pairs(g, cue, token, scores),
        *(
            ("S", r),
            ("Ss", r, s[cue]),
            ("St", r, t[token]),
            ("Sw", r, s[token]),
            ("Sz", r, own),
            ("Szz", own, above),
            ("Sf", r, g.frame[cue]),
        ),
        *(
            ("Sh", above, d[token], t[g.head[token]]),
            ("Ssd", s[token]),
            ("Sdtt", d[token], t[token], t[cue]),
            ("Sx", g.suffix[token], d[token]),
        ),
    ]


def bucket(scores: Scores, steps: float, most: int) -> Numbers:
    """Log-odds in `steps` buckets per unit, cut at ±`most` buckets."""
    return (np.clip(np.round(scores * steps), -most, most) + most).astype(np.int64)


def _key(start: np.uint64, *values: NDArray[np.generic] | str) -> Hashes:
    """One hash of `start` and the values, row by row."""
    key: Any = start
    with np.errstate(over="ignore"):
        for value, factor in zip(values, MIX * 2, strict=False):
            key = (key ^ np.asarray(value).astype(np.uint64)) * factor
            key = key ^ (key >> np.uint64(29))
    return np.asarray(key, np.uint64)


def _shift(values: NDArray[Any], by: int, fill: int = 0) -> NDArray[Any]:
    """The value `by` places further on; `fill` past the ends."""
    result = np.full_like(values, fill)
    if by > 0:
        result[:-by] = values[by:]
    else:
        result[-by:] = values[:by]
    return result


def _of(values: NDArray[Any], at: Numbers, fill: int = 0) -> NDArray[Any]:
    """The values at the indices `at`; `fill` where an index is -1."""
    return np.where(at >= 0, values[at], np.array(fill).astype(values.dtype))


def _sum(flags: Flags, start: Numbers, end: Numbers) -> Numbers:
    """How many of `flags[start:end]` hold, for each pair of ends."""
    total = np.append(0, np.cumsum(flags))
    return total[end] - total[start]


def _count(cues: Scores, cue: Numbers, token: Numbers, most: int) -> Numbers:
    """How many likely cues stand between the two, at most `most`."""
    low, high = np.minimum(cue, token), np.maximum(cue, token)
    return np.minimum(_sum(cues > -0.4, np.minimum(low + 1, high), high), most)
