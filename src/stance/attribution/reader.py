"""Reads texts: the parse, and who said which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stance.attribution.grammar import Grammar, Parser
from stance.attribution.layout import by_layout
from stance.attribution.model import Attribution, Weights, find, read_weights
from stance.language import load_language
from stance.resources import resource
from stance.text import Span


@dataclass(frozen=True)
class Reader:
    """`parser` lays texts out, `weights` find attributions in them."""

    parser: Parser
    weights: Weights

    def read(self, text: str, paragraphs: list[Span], favoured: Sequence[int] = ()) -> tuple[Grammar, list[Attribution]]:
        """The parse of `paragraphs` and their attributions in the order of their contents; where the layout tells who speaks, it wins."""
        grammar = self.parser(text, paragraphs)
        told = by_layout(text, paragraphs, grammar)
        known = {int(grammar.paragraph[attribution.content[0]]) for attribution in told}
        learned = [a for a in find(grammar, self.weights, favoured) if known.isdisjoint(grammar.paragraph[[a.cue, *a.content]].tolist())]
        return grammar, sorted([*told, *learned], key=lambda a: (a.content[0], a.cue))


@cache
def load_reader(spacy_model: str, weights: str = "") -> Reader:
    """A reader with the installed pipeline `spacy_model` and the file `weights`, by default the one that ships with the package.

    Raises StanceError when either can't be used.
    """
    path = Path(weights) if weights else resource("attribution/weights.npz")
    return Reader(Parser(load_language(spacy_model)), read_weights(path))
