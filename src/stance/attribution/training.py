"""Fits the weights of `model` to marked texts.

Each model learns from scores of models that did not see the text (folds of texts), as it will meet them in new ones.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from spacy.strings import get_string_id

from stance.attribution.brat import Marked, MarkedText
from stance.attribution.features import BITS, hashed, pairs, sources, tokens
from stance.attribution.grammar import Grammar, Parser, Scores
from stance.attribution.model import TABLES, Weights, select
from stance.attribution.proposals import Pairs, Proposals, content_pairs, describe, head_pairs, likely, propose
from stance.attribution.scoring import Gold, agreement, overlap
from stance.errors import refuse
from stance.text import Span, paragraphs

FOLDS = 5
PENALTY = {"cue": 0.1, "content": 0.06, "source": 0.1, "span": 0.05, "head": 0.1}  # C of scikit-learn
JUDGE_PENALTY = 0.003
LEAST = (-1.0, -0.8, -0.6, -0.4, -0.2, 0.0), (-2.0, -1.5, -1.0, -0.5)  # log-odds tried for the judge and for heads
VERBAL = [get_string_id(tag) for tag in ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "NN", "NNS", "NNP", "NNPS", "JJ")]
FUNCTION = [get_string_id(tag) for tag in (".", ",", ":", "``", "''", "TO", "MD", "-LRB-", "-RRB-", "HYPH", "DT", "IN")]

Columns = NDArray[np.int32]
Fit = tuple[NDArray[np.float32], float]


@dataclass(frozen=True)
class Sample:
    grammar: Grammar
    gold: list[Gold]

    def of_cue(self, token: int) -> Gold | None:
        """The attribution that the token is a cue of; as its root, if it is part of several."""
        return next((g for g in self.gold if g.root == token), None) or next((g for g in self.gold if token in g.cue), None)


def sample(marked: MarkedText, parser: Parser) -> Sample:
    grammar = parser(marked.text, paragraphs(marked.text))
    return Sample(grammar, [gold for mark in marked.attributions if (gold := _gold(grammar, mark))])


def _gold(g: Grammar, mark: Marked) -> Gold | None:
    def tokens_of(spans: tuple[Span, ...]) -> frozenset[int]:
        ends = [(np.searchsorted(g.end, span.start, "right"), np.searchsorted(g.start, span.end, "left")) for span in spans]
        return frozenset(int(i) for low, high in ends for i in range(low, high))

    cue, content = tokens_of(mark.cue), tokens_of(mark.content)
    return Gold(_root(g, cue), cue, content, tokens_of(mark.source)) if cue and content else None


def _root(g: Grammar, cue: frozenset[int]) -> int:
    tops = [i for i in sorted(cue) if g.head[i] not in cue or g.head[i] == i]
    return max(tops, key=lambda i: (g.tag[i] in VERBAL, g.tag[i] not in FUNCTION, -i))


def train(samples: list[Sample], *, jobs: int = 1, track: Callable[[Iterable[str]], Iterable[str]] = iter) -> Weights:
    """Weights learned from `samples`, two or more. `track` wraps the names of the fits, to show progress."""
    names = iter(track([*TABLES, "judge"]))
    fits, unseen = [], []
    columns = [hashed(tokens(s.grammar)) for s in samples]
    for n in range(3):
        fit, scores = _cross_fitted(columns, [_token_labels(s)[n] for s in samples], PENALTY[next(names)], jobs)
        fits.append(fit)
        unseen.append(scores)
    token_scores = [np.stack(one) for one in zip(*unseen, strict=True)]
    cues = [likely(s.grammar, scores) for s, scores in zip(samples, token_scores, strict=True)]
    pair_scores = []
    for pairing, described, belongs in ((content_pairs, pairs, _in_content), (head_pairs, sources, _heads_source)):
        paired = [pairing(s.grammar, z, c) for s, z, c in zip(samples, token_scores, cues, strict=True)]
        columns = [hashed(described(s.grammar, p.cue, p.token, z)) for s, p, z in zip(samples, paired, token_scores, strict=True)]
        labels = [_pair_labels(s, p, belongs) for s, p in zip(samples, paired, strict=True)]
        fit, scores = _cross_fitted(columns, labels, PENALTY[next(names)], jobs)
        fits.append(fit)
        pair_scores.append((paired, scores))
    (contents, content_scores), (heads, head_scores) = pair_scores
    proposals = [propose(*one) for one in zip(cues, contents, content_scores, heads, head_scores, strict=True)]
    next(names)
    some = [(s, z, p) for s, z, p in zip(samples, token_scores, proposals, strict=True) if p is not None]
    if len(some) < 2:  # each judges the other
        raise refuse("no attribution can be learned from these texts", "two or more in which cue and content are marked", "more texts")
    judge, judged = _judge(some)
    weights = replace(judge, tables=np.stack([fit[0] for fit in fits]), intercepts=np.array([fit[1] for fit in fits], np.float32))
    list(names)
    return replace(weights, least=_thresholds(some, judged))


def _token_labels(s: Sample) -> NDArray[np.int8]:
    labels = np.zeros((3, len(s.grammar)), np.int8)
    for gold in s.gold:
        labels[0, gold.root] = 1
        labels[1, list(gold.content)] = 1
        labels[2, list(gold.source)] = 1
    return labels


def _in_content(g: Grammar, gold: Gold, token: int) -> bool:
    return token in gold.content


def _heads_source(g: Grammar, gold: Gold, token: int) -> bool:
    return token in gold.source and (g.head[token] not in gold.source or g.head[token] == token)


def _pair_labels(s: Sample, p: Pairs, belongs: Callable[[Grammar, Gold, int], bool]) -> NDArray[np.int8]:
    """1 and 0 for pairs of a cue that is marked, -1 for the others: they train nothing."""
    marked = {cue: s.of_cue(cue) for cue in np.unique(p.cue).tolist()}
    golds = ((marked[cue], token) for cue, token in zip(p.cue.tolist(), p.token.tolist(), strict=True))
    return np.array([-1 if gold is None else belongs(s.grammar, gold, token) for gold, token in golds], np.int8)


def _cross_fitted(columns: list[Columns], labels: list[NDArray[np.int8]], penalty: float, jobs: int) -> tuple[Fit, list[Scores]]:
    """A fit on all rows, and each text's scores by a fit that did not see it. Labels of -1 train nothing but are scored."""
    rows, answers = np.concatenate(columns), np.concatenate(labels)
    fold = np.concatenate([np.full(len(one), n % FOLDS) for n, one in enumerate(columns)])
    kept = [(answers >= 0) & (fold != held_out) for held_out in (-1, *range(FOLDS))]
    fits = Parallel(n_jobs=jobs)(delayed(_fit)(rows[keep], answers[keep], penalty) for keep in kept)
    return fits[0], [fits[1 + n % FOLDS][0][one].sum(1) + fits[1 + n % FOLDS][1] for n, one in enumerate(columns)]


def _fit(columns: Columns, answers: NDArray[np.int8], penalty: float) -> Fit:
    if len(np.unique(answers)) < 2:
        return np.zeros(2**BITS, np.float32), -9.0
    rows, wide = columns.shape
    ones, ends = np.ones(rows * wide, np.float32), np.arange(0, rows * wide + 1, wide)
    matrix = csr_matrix((ones, columns.ravel().copy(), ends), shape=(rows, 2**BITS))
    model = LogisticRegression(C=penalty, solver="liblinear", tol=0.01).fit(matrix, answers)
    return model.coef_[0].astype(np.float16).astype(np.float32), float(model.intercept_[0])


def _judge(some: list[tuple[Sample, Scores, Proposals]]) -> tuple[Weights, list[Scores]]:
    """Weights with the judge's part filled, and each text's proposals judged by one that did not see the text."""
    measures = [describe(s.grammar, z, p) for s, z, p in some]
    labels = [_matched(s, p) for s, _, p in some]
    fold = np.concatenate([np.full(len(one), n % FOLDS) for n, one in enumerate(measures)])
    rows, answers = np.concatenate(measures), np.concatenate(labels)
    judges = [_fit_judge(rows[fold != held_out], answers[fold != held_out]) for held_out in (-1, *range(FOLDS))]
    return judges[0], [judges[1 + n % FOLDS].judge(one) for n, one in enumerate(measures)]


def _fit_judge(measures: Scores, answers: NDArray[np.bool_]) -> Weights:
    mean, scale = measures.mean(0), np.maximum(measures.std(0), 1e-6)
    width = len(mean)
    products = PolynomialFeatures(2, include_bias=False)
    x = products.fit_transform((measures - mean) / scale)
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=JUDGE_PENALTY, max_iter=500)
    if len(np.unique(answers)) < 2:
        x, answers = np.concatenate([x, x]), np.repeat([False, True], len(x))  # nothing to tell apart: even odds
    model.fit(scaler.transform(x), answers)
    coefficients = model.coef_[0] / scaler.scale_
    square = np.zeros((width, width), np.float32)
    for powers, coefficient in zip(products.powers_[width:], coefficients[width:], strict=True):
        one, other = np.repeat(np.arange(width), powers)
        square[one, other] = coefficient
    intercept = model.intercept_[0] - coefficients @ scaler.mean_
    none = np.zeros(0, np.float32)
    return Weights(none, none, *(np.asarray(a, np.float32) for a in (mean, scale, square, coefficients[:width], intercept, none)))


def _matched(s: Sample, p: Proposals) -> NDArray[np.bool_]:
    """Whether each proposal's content overlaps a marked one by half or more (intersection over union)."""
    contents = [set(p.tokens(n)) for n in range(len(p))]
    return np.array([any(overlap(content, gold.content) >= 0.5 for gold in s.gold) for content in contents], bool)


def _thresholds(some: list[tuple[Sample, Scores, Proposals]], judged: list[Scores]) -> NDArray[np.float32]:
    """The pair of LEAST with the best full F1 on texts that the models did not see."""

    def full(least: tuple[float, float]) -> float:
        found = [select(s.grammar, p, z, np.array(least)) for (s, _, p), z in zip(some, judged, strict=True)]
        return agreement([(s.grammar, s.gold, one) for (s, _, _), one in zip(some, found, strict=True)])["full"].f1

    return np.array(max(product(*LEAST), key=full), np.float32)
