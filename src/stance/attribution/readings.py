"""From an attribution to who says which words: relays, particles of the cue, antecedents and denials (CODEBOOK section 1)."""

from dataclasses import dataclass

import numpy as np
from spacy.strings import get_string_id

from stance.attribution.grammar import Grammar
from stance.attribution.model import MARKS, Attribution


def _ids(words: str) -> list[int]:
    return [get_string_id(word) for word in words.split()]


RELATIVE, GERUND = _ids("WP WDT"), _ids("VBG")
SUBJECT, OBJECT, PARTICLE, PREPOSITION = _ids("nsubj nsubjpass"), _ids("dobj dative"), _ids("prt acomp oprd"), _ids("prep")
PASSIVE, RELAYED, MARK, RELATIVE_CLAUSE = _ids("nsubjpass"), _ids("nsubjpass dobj"), _ids("mark"), _ids("relcl")
RELAYS, MAKES, SAYS = _ids("quote cite"), _ids("make"), _ids("say tell comment announce state specify elaborate disclose reveal explain")
AS, THAT, CLEAR = _ids("as"), _ids("that"), _ids("clear plain")

WANTS = _ids(
    "call demand expect fear insist intend need offer pledge promise refuse reject request require seek threaten urge vow want warn"
)  # the codebook counts what they report however short (section 3), PolNeAR's coders did so unevenly
VERBS = _ids("VB VBD VBG VBN VBP VBZ MD")
WITH_OBJECT = _ids(
    "announce call condemn demand denounce deny express fear indicate insist offer oppose pledge predict promise propose reject request "
    "require rule see seek signal suggest support threaten urge vow want warn"
)


@dataclass(frozen=True)
class Reading:
    """Token indices. `cue` with its particles, `head` of the source (None: not named), `told`: head of the words for whom it is told."""

    cue: tuple[int, ...]
    content: tuple[int, ...]
    head: int | None
    told: int | None


def read(g: Grammar, attribution: Attribution) -> Reading | None:
    """None where the cue denies that anything was said ("did not say when"), or where the content is a thing ("saw the bill")."""
    cue, content, head = attribution.cue, attribution.content, attribution.head
    if g.lemma[cue] in SAYS and g.child["neg"][cue] >= 0:
        return None
    if g.lemma[cue] in RELAYS and (relayed := _relayed(g, cue, content)):
        content, head = relayed
    if head is None:
        head = _leaning(g, cue)
    elif g.tag[head] in RELATIVE:
        head = _antecedent(g, head)
    words, content = _particles(g, cue, _mended(g, cue, _worded(g, content)))
    told = next((i for i in _children(g, cue, OBJECT) if i not in content and i not in words), None)
    return Reading(words, content, head, told) if _is_message(g, cue, content) else None


def _is_message(g: Grammar, cue: int, content: tuple[int, ...]) -> bool:
    """A clause, a quotation, or the object of a verb that can report by its object alone ("wants guarantees")."""
    return bool(content) and (any(g.quoted[i] or g.tag[i] in VERBS for i in content) or g.lemma[cue] in WITH_OBJECT)


def _worded(g: Grammar, content: tuple[int, ...]) -> tuple[int, ...]:
    """`content` without pieces that are marks alone."""
    pieces = np.split(np.array(content, np.int64), np.flatnonzero(np.diff(content) > 1) + 1)
    return tuple(int(i) for piece in pieces if not np.isin(g.tag[piece], np.array(MARKS, np.uint64)).all() for i in piece)


def _mended(g: Grammar, cue: int, content: tuple[int, ...]) -> tuple[int, ...]:
    """`content` with a quoted sentence whole where it holds over half of it, and without it where less, unless it is the cue's own."""
    held = np.array(content, np.int64)
    whole = set(content)
    for quote in np.unique(g.quote[held][g.quoted[held]]):
        for sentence in np.unique(g.sentence[held][g.quote[held] == quote]):
            here = np.arange(g.bounds[sentence], g.bounds[sentence + 1])
            inside = here[g.quote[here] == quote]
            if np.isin(inside, held).mean() > 0.5:
                whole.update(inside.tolist())
            elif sentence != g.sentence[cue]:
                whole.difference_update(inside.tolist())
    return tuple(sorted(whole))


def _children(g: Grammar, token: int, kinds: list[int]) -> list[int]:
    found = np.flatnonzero((g.head == token) & np.isin(g.dep, np.array(kinds, np.uint64)))
    return [int(i) for i in found if i != token]


def _relayed(g: Grammar, cue: int, content: tuple[int, ...]) -> tuple[tuple[int, ...], int] | None:
    """ "The agency quoted the minister as saying that …": the minister says it, not the agency."""
    saying = next((i + 1 for i in range(cue + 1, int(g.last[cue])) if g.word[i] in AS and g.tag[i + 1] in GERUND), None)
    said = _children(g, cue, RELAYED)
    inside = tuple(i for i in content if saying is not None and i > saying)
    if not inside or not said:
        return None
    return inside, next((i for i in said if g.dep[i] in PASSIVE), said[0])


def _leaning(g: Grammar, cue: int) -> int | None:
    """The subject of the sentence before, for a fragment such as "By declaring that …"."""
    number = int(g.sentence[cue])
    here = slice(g.bounds[number], g.bounds[number + 1])
    root = next(i for i in range(here.start, here.stop) if g.head[i] == i)
    if number == 0 or g.tag[cue] not in GERUND or _children(g, root, SUBJECT):
        return None
    before = range(g.bounds[number - 1], g.bounds[number])
    if g.paragraph[before.start] != g.paragraph[cue]:
        return None
    return next((i for i in before if g.dep[i] in SUBJECT and g.depth[i] == 1), None)


def _antecedent(g: Grammar, relative: int) -> int:
    """The noun that "who" or "which" stands for."""
    at = relative
    while g.dep[at] not in RELATIVE_CLAUSE:
        if g.head[at] == at:
            return relative
        at = int(g.head[at])
    return int(g.head[at])


def _particles(g: Grammar, cue: int, content: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The cue with what belongs to it ("called for", "made it clear"), and the content without that and without "that" before it."""
    words, left = [cue], list(content)
    if g.lemma[cue] in MAKES:
        clear = next((i for i in range(cue + 1, min(cue + 4, len(g))) if g.word[i] in CLEAR), None)
        if clear is not None:
            words, left = [*range(cue, clear + 1)], [i for i in left if not cue <= i <= clear]
    if left and g.dep[left[0]] in PREPOSITION and g.head[left[0]] == cue:
        words, left = [*words, left[0]], left[1:]
    while left and (after := words[-1] + 1) < len(g) and g.head[after] == cue and _belongs(g, after, left):
        words.append(after)
        left = [i for i in left if i != after]
    if left and g.word[left[0]] in THAT and g.dep[left[0]] in MARK:
        left = left[1:]
    return tuple(words), tuple(left)


def _belongs(g: Grammar, after: int, content: list[int]) -> bool:
    """A particle, or a preposition that leads into the content."""
    return bool(g.dep[after] in PARTICLE) or bool(g.dep[after] in PREPOSITION and (content[0] == after or after + 1 in content))
