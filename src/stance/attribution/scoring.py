"""How well attributions found agree with marked ones: the measures of `full` and `attribution` F1 of the PolNeAR benchmark."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from stance.attribution.grammar import Grammar
from stance.attribution.model import Attribution


@dataclass(frozen=True)
class Gold:
    """One marked attribution as token indices; `root`: the word of the cue that the others hang on."""

    root: int
    cue: frozenset[int]
    content: frozenset[int]
    source: frozenset[int]


@dataclass(frozen=True)
class Agreement:
    """Counts of attributions, and of those on which both agree."""

    agreed: int
    found: int
    marked: int

    @property
    def precision(self) -> float:
        return self.agreed / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.agreed / self.marked if self.marked else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.agreed / (self.found + self.marked) if self.found + self.marked else 0.0

    def row(self) -> dict[str, float]:
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1, "found": self.found, "marked": self.marked}


def overlap(one: Iterable[int], other: Iterable[int]) -> float:
    """Intersection over union."""
    a, b = set(one), set(other)
    return len(a & b) / len(a | b) if a | b else 0.0


def agreement(texts: Iterable[tuple[Grammar, Sequence[Gold], Sequence[Attribution]]]) -> dict[str, Agreement]:
    """`attribution`: contents paired one to one, best overlap first, that overlap by half or more. `full`: of these, the source too is
    right: its head lies in the marked source, or neither has one."""
    pairs = full = found = marked = 0
    for _, golds, ours in texts:
        found += len(ours)
        marked += len(golds)
        for gold, one in _paired(golds, ours):
            pairs += 1
            full += one.head in gold.source if gold.source else one.head is None
    return {"attribution": Agreement(pairs, found, marked), "full": Agreement(full, found, marked)}


def _paired(golds: Sequence[Gold], ours: Sequence[Attribution]) -> list[tuple[Gold, Attribution]]:
    near = [
        (overlap(g.content, a.content), -n, -m) for (n, g), (m, a) in product(enumerate(golds), enumerate(ours)) if g.content & {*a.content}
    ]
    left, right, result = set(), set(), []
    for score, n, m in sorted(near, reverse=True):
        if score >= 0.5 and n not in left and m not in right:
            left.add(n)
            right.add(m)
            result.append((golds[-n], ours[-m]))
    return result
