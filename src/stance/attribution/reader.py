"""Reads texts: the parse, and who said which words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from stance.attribution.grammar import Grammar, Parser
from stance.attribution.layout import by_layout
from stance.attribution.model import Attribution, Weights, find, read_weights
from stance.language import load_language
from stance.resources import resource
from stance.text import Span

T = TypeVar("T")
TOGETHER = 200_000  # characters of texts parsed together


@dataclass(frozen=True)
class Reader:
    """`parser` lays texts out, `weights` find attributions in them."""

    parser: Parser
    weights: Weights

    def read(self, text: str, paragraphs: list[Span], favoured: Sequence[int] = ()) -> tuple[Grammar, list[Attribution]]:
        """The parse of `paragraphs` and their attributions; `favoured` as in `model.find`."""
        grammar = self.parser(text, paragraphs)
        return grammar, self.attributions(text, paragraphs, grammar, favoured)

    def attributions(self, text: str, paragraphs: list[Span], grammar: Grammar, favoured: Sequence[int] = ()) -> list[Attribution]:
        """Attributions of a parsed text in the order of their contents; where the layout tells who speaks, it wins."""
        told = by_layout(text, paragraphs, grammar)
        known = {int(grammar.paragraph[attribution.content[0]]) for attribution in told}
        learned = [a for a in find(grammar, self.weights, favoured) if known.isdisjoint(grammar.paragraph[[a.cue, *a.content]].tolist())]
        return sorted([*told, *learned], key=lambda a: (a.content[0], a.cue))


def together(items: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """`items` in runs of up to TOGETHER characters, by `size`; at least one in each."""
    run: list[T] = []
    total = 0
    for item in items:
        if run and total + size(item) > TOGETHER:
            yield run
            run, total = [], 0
        run.append(item)
        total += size(item)
    if run:
        yield run


@cache
def load_reader(spacy_model: str, weights: str = "") -> Reader:
    """A reader with the installed pipeline `spacy_model` and the file `weights`, by default the one that ships with the package.

    Raises StanceError when either can't be used.
    """
    path = Path(weights) if weights else resource("attribution/weights.npz")
    return Reader(Parser(load_language(spacy_model)), read_weights(path))
