"""A parsed text as flat arrays, one entry per token, so that features of all tokens are computed at once.

Strings are spaCy's 64-bit hashes, the same on every machine.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import DEP, HEAD, IDX, LENGTH, LOWER, SENT_START, SHAPE, SUFFIX, TAG
from spacy.language import Language
from spacy.pipeline import Lemmatizer
from spacy.strings import get_string_id
from spacy.tokens import Doc, Token

from stance.text import Span, quotes

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Scores = NDArray[np.floating]  # log-odds

CHILDREN = ("nsubj", "nsubjpass", "ccomp", "xcomp", "dobj", "prep", "agent", "aux", "mark", "neg", "poss", "det")
FRAME = (
    *(
        "nsubj",
        "nsubjpass",
        "ccomp",
        "xcomp",
        "dobj",
        "prep",
        "agent",
        "attr",
        "acomp",
        "oprd",
        "advcl",
        "parataxis",
        "auxpass",
        "neg",
        "mark",
    ),
    *("poss", "prt", "dative", "acl", "relcl", "expl"),
)  # the kinds of children that make up a word's frame, one bit each
DEEPEST = 100  # levels of the tree; what hangs deeper is not followed
LONGEST = 20_000  # characters of one text given to the parser
BATCH = 128  # such texts that it takes together
HASHED = ("word", "lemma", "tag", "dep", "shape", "suffix")
COLUMNS = (*HASHED, "head", "sentence", "paragraph", "start", "end")
COARSE = {"V": "VERB", "N": "NOUN", "J": "ADJ", "R": "ADV"}  # first letter of a Penn tag


@dataclass(frozen=True)
class Grammar:
    """Arrays of length n. `head`, `first`, `last`: token indices (head of the root is itself; first and last token of the sentence).

    `quote` is 1 + the number of the quotation that holds the token with its marks, else 0; `start:end` are offsets in the text.
    """

    word: Hashes
    lemma: Hashes
    tag: Hashes
    dep: Hashes
    shape: Hashes
    suffix: Hashes
    head: Numbers
    sentence: Numbers
    paragraph: Numbers
    quote: Numbers
    start: Numbers
    end: Numbers

    def __len__(self) -> int:
        return len(self.word)

    @cached_property
    def quoted(self) -> Flags:
        return self.quote > 0

    @cached_property
    def bounds(self) -> Numbers:
        """Index of the first token of each sentence, and n."""
        return np.append(np.flatnonzero(np.diff(self.sentence, prepend=-1)), len(self))

    @cached_property
    def first(self) -> Numbers:
        return self.bounds[self.sentence]

    @cached_property
    def last(self) -> Numbers:
        return self.bounds[self.sentence + 1] - 1

    @cached_property
    def marked(self) -> Numbers:
        """For each sentence: 0 nothing quoted, 1 some, 2 nearly all (nine tenths)."""
        inside = np.add.reduceat(self.quoted.astype(np.int64), self.bounds[:-1]) if len(self) else np.zeros(0, np.int64)
        return np.where(inside == 0, 0, np.where(inside >= 0.9 * np.diff(self.bounds), 2, 1))

    @cached_property
    def depth(self) -> Numbers:
        """Steps up to the root, at most DEEPEST."""
        depth, above = np.zeros(len(self), np.int64), np.arange(len(self))
        active = np.flatnonzero(self.head != above)
        for _ in range(DEEPEST):
            depth[active] += 1
            above[active] = self.head[above[active]]
            active = active[self.head[above[active]] != above[active]]
        return depth

    @cached_property
    def edges(self) -> tuple[Numbers, Numbers]:
        """First and last token of each token's subtree."""
        left, right = np.arange(len(self)), np.arange(len(self))
        for level in range(int(self.depth.max(initial=0)), 0, -1):
            at = np.flatnonzero(self.depth == level)
            np.minimum.at(left, self.head[at], left[at])
            np.maximum.at(right, self.head[at], right[at])
        return left, right

    @cached_property
    def child(self) -> dict[str, Numbers]:
        """First child of each kind in CHILDREN; -1 for none."""
        result = {}
        below = self.head != np.arange(len(self))
        for name in CHILDREN:
            found = np.full(len(self), -1)
            at = np.flatnonzero(below & (self.dep == get_string_id(name)))[::-1]
            found[self.head[at]] = at
            result[name] = found
        return result

    @cached_property
    def frame(self) -> Hashes:
        """Kinds of children in FRAME as bits."""
        bits = np.zeros(len(self), np.uint64)
        below = self.head != np.arange(len(self))
        for n, name in enumerate(FRAME):
            at = below & (self.dep == get_string_id(name))
            np.bitwise_or.at(bits, self.head[at], np.uint64(1 << n))
        return bits


class Parser:
    """Parses with the tagger, parser and lemmatizer of a spaCy pipeline."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self.lemmatizer: Lemmatizer = nlp.get_pipe("lemmatizer")  # type: ignore[assignment]
        self.lemmas: dict[tuple[int, int], int] = {}

    def __call__(self, text: str, paragraphs: list[Span]) -> Grammar:
        """The grammar of `paragraphs` of `text`; line ends inside are spaces to the parser, so that offsets hold."""
        return self.several([(text, paragraphs)])[0]

    def several(self, texts: list[tuple[str, list[Span]]]) -> list[Grammar]:
        """The grammars of texts with their paragraphs. The parser takes many short pieces together much faster than text by text."""
        pieces = [(n, k, piece) for n, (text, spans) in enumerate(texts) for k, span in enumerate(spans) for piece in _pieces(text, span)]
        plain = (re.sub(r"[\r\n\t\u00a0]", " ", texts[n][0][piece.start : piece.end]) for n, _, piece in pieces)
        parts: list[list[dict[str, Any]]] = [[] for _ in texts]
        for doc, (n, paragraph, piece) in zip(self.nlp.pipe(plain, batch_size=BATCH), pieces, strict=True):
            parts[n].append(self._part(doc, paragraph, piece.start))
        return [_joined(text, spans, found) for (text, spans), found in zip(texts, parts, strict=True)]

    def lemma(self, token: Token) -> str:
        """The token's lemma by spaCy's rules for the part of speech that its Penn tag names."""
        token.pos_ = "PROPN" if token.tag_.startswith("NNP") else COARSE.get(token.tag_[:1], "X")
        return self.lemmatizer.rule_lemmatize(token)[0].lower()

    def lemma_of(self, code: int) -> str:
        """The lemma behind an entry of Grammar.lemma."""
        return self.nlp.vocab.strings[code]

    def _part(self, doc: Doc, number: int, offset: int) -> dict[str, Any]:
        columns = doc.to_array([LOWER, TAG, DEP, SHAPE, SUFFIX, HEAD, SENT_START, IDX, LENGTH])
        start = columns[:, 7].astype(np.int64) + offset
        return {
            "word": columns[:, 0],
            "lemma": np.array(self._lemmas(doc, columns[:, 0].tolist(), columns[:, 1].tolist()), np.uint64),
            "tag": columns[:, 1],
            "dep": columns[:, 2],
            "shape": columns[:, 3],
            "suffix": columns[:, 4],
            "head": np.arange(len(doc)) + columns[:, 5].astype(np.int64),
            "sentence": (columns[:, 6].astype(np.int64) == 1).astype(np.int64),
            "paragraph": np.full(len(doc), number),
            "start": start,
            "end": start + columns[:, 8].astype(np.int64),
        }

    def _lemmas(self, doc: Doc, words: list[int], tags: list[int]) -> list[int]:
        for i, key in enumerate(zip(words, tags, strict=True)):
            if key not in self.lemmas:
                self.lemmas[key] = self.nlp.vocab.strings.add(self.lemma(doc[i]))
        return [self.lemmas[key] for key in zip(words, tags, strict=True)]


def _joined(text: str, paragraphs: list[Span], parts: list[dict[str, Any]]) -> Grammar:
    sizes = np.array([len(part["word"]) for part in parts], np.int64)
    columns: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) if parts else np.zeros(0, np.int64) for name in COLUMNS}
    columns["head"] = columns["head"] + np.repeat(np.cumsum(sizes) - sizes, sizes)
    columns["sentence"] = np.cumsum(columns["sentence"]) - 1
    columns["quote"] = _quoted(text, paragraphs, columns["start"], columns["end"])
    return Grammar(**{name: column.astype(np.uint64) if name in HASHED else column for name, column in columns.items()})


def _pieces(text: str, paragraph: Span) -> list[Span]:
    """`paragraph` in parts that the parser can take, cut behind a sentence end, else at a space, else anywhere."""
    pieces, at = [], paragraph.start
    while paragraph.end - at > LONGEST:
        window = text[at : at + LONGEST]
        cut = max(window.rfind(". "), window.rfind("? "), window.rfind("! ")) + 2
        cut = cut if cut > LONGEST // 2 else window.rfind(" ") + 1
        cut = cut if cut > LONGEST // 2 else LONGEST
        pieces.append(Span(at, at + cut))
        at += cut
    return [*pieces, Span(at, paragraph.end)]


def _quoted(text: str, paragraphs: list[Span], start: Numbers, end: Numbers) -> Numbers:
    quote = np.zeros(len(start), np.int64)
    number = 0
    for paragraph in paragraphs:
        for inside in quotes(text, paragraph):
            number += 1
            low, high = np.searchsorted(end, inside.start - 1, "right"), np.searchsorted(start, inside.end + 1, "left")
            quote[low:high] = number
    return quote
