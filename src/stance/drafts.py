"""Statements of one document before they become rows: who says which words, sentence by sentence (CODEBOOK sections 1 and 2)."""

import re
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from stance.attribution.grammar import Grammar, Parser
from stance.attribution.model import MARKS
from stance.attribution.reader import Reader
from stance.attribution.readings import WANTS, Reading, read
from stance.names import UNKNOWN, Speaker
from stance.speakers import Resolver
from stance.tags import resolve_tag
from stance.text import Span, paragraphs, quotes
from stance.transcripts import Turn, turns

HEADING = re.compile(r"^(?:[^“\"]*: )?(?P<who>[^:“\"]{2,60}): (?P<what>\S.*)$", re.S)
HEADING_WORDS = 25
EDGES = " \t\r\n\"“”„«»‘’'`,.;:–—-"
LEAST_QUOTE = 3  # tokens from which an unclaimed quotation of whole sentences goes on from the speaker before
WRITER = {"i", "we", "you", "my", "our"}  # outside quotation marks this is the writer, or a quotation without marks


@dataclass(frozen=True)
class Said:
    """What one attribution's statements share, in offsets of the document. `number` counts attributions."""

    number: int
    speakers: list[Speaker]
    cue: str = ""
    cue_span: Span | None = None
    source: Span | None = None
    addressee: Span | None = None


@dataclass(frozen=True)
class Draft:
    """One statement of one speaker."""

    spans: list[Span]
    quote: str
    speaker: Speaker
    said: Said


def places(document: dict[str, Any]) -> list[Span]:
    """The paragraphs to parse: all of a news text, those of the speakers' turns of a transcript."""
    if document["genre"] == "news":
        return paragraphs(document["text"], document["body_start"])
    return [part for turn in _speeches(document) for part in turn.parts]


def _speeches(document: dict[str, Any]) -> list[Turn]:
    """Turns of officials; questions of reporters are left out."""
    every = turns(document["text"], document["body_start"], document["speaker"] or document["side"])
    return [turn for turn in every if not turn.is_question and turn.tag]


def spoken(document: dict[str, Any], grammar: Grammar, resolver: Resolver) -> Iterator[Draft]:
    """Each sentence of each speaker's turn in a transcript; questions of reporters are left out."""
    text = document["text"]
    given = _given_speaker(document, resolver)
    said = _speeches(document)
    parts = [(number, turn, part) for number, turn in enumerate(said) for part in turn.parts]
    speakers = {turn.tag: resolve_tag(resolver, turn.tag, document["side"]) if turn.tag_span else given for turn in said}
    for first, behind in zip(grammar.bounds, grammar.bounds[1:], strict=False):
        number, turn, _ = parts[grammar.paragraph[first]]
        inner = trim(text, Span(int(grammar.start[first]), int(grammar.end[behind - 1])), " \t\r\n")
        if inner:
            yield Draft([inner], "turn", speakers[turn.tag], Said(number, [], source=turn.tag_span))


def _given_speaker(document: dict[str, Any], resolver: Resolver) -> Speaker:
    """The speaker that the document's own metadata names; the side there wins."""
    known = resolve_tag(resolver, document["speaker"]) if document["speaker"] else UNKNOWN
    if not document["side"] or known.side == document["side"]:
        return known
    name = document["speaker"] or document["outlet"]
    return Speaker(name, known.office, document["side"], "document", known.person, document["side"])


def reported(document: dict[str, Any], g: Grammar, reader: Reader, resolver: Resolver, dropped: Counter[str]) -> Iterator[Draft]:
    """Reported speech of a news text; a quotation without a source of its own goes on from the speaker before."""
    text, spans = document["text"], places(document)
    headings = {n: heading for n, span in enumerate(spans) if (heading := _heading(text, span, resolver))}
    found = [a for a in reader.attributions(text, spans, g, WANTS) if g.paragraph[a.content[0]] not in headings]
    orphans = _orphans(g, {i for a in found for i in a.content if g.tag[i] not in MARKS}, headings.keys())
    readings = [*(read(g, attribution) for attribution in found), *orphans]
    if None in readings:
        dropped["nothing said"] += readings.count(None)
    yield from _headed(text, headings)
    before: tuple[Said, Reading] | None = None
    for number, reading in enumerate(sorted(filter(None, readings), key=lambda r: r.content[0]), len(headings)):
        said = _said(text, g, reading, number, reader.parser, resolver) or _going_on(g, before, reading)
        if said is None:
            dropped["no source named"] += 1
            continue
        before = said, reading
        yield from _sentences(text, g, reading, said)


def _heading(text: str, paragraph: Span, resolver: Resolver) -> tuple[Speaker, Span] | None:
    words = text[paragraph.start : paragraph.end]
    match = HEADING.match(words)
    if not match or (len(words.split()) > HEADING_WORDS and match["what"][0] not in '“"«„'):
        return None
    speaker = resolver.resolve_heading(match["who"])
    what = trim(text, Span(paragraph.start + match.start("what"), paragraph.end))
    return (speaker, what) if speaker and what else None


def _headed(text: str, headings: dict[int, tuple[Speaker, Span]]) -> Iterator[Draft]:
    """`Lavrov: we will answer` as a statement of its own."""
    for number, (speaker, what) in enumerate(headings.values()):
        marks = quotes(text, Span(what.start - 1, min(what.end + 2, len(text))))
        whole = any(mark.start <= what.start and what.end <= mark.end for mark in marks)
        yield Draft([what], "direct" if whole else "mixed" if marks else "indirect", speaker, Said(number, []))


def _orphans(g: Grammar, claimed: set[int], headings: Set[int]) -> Iterator[Reading]:
    """Quotations of whole sentences that no attribution claimed."""
    marked = np.flatnonzero(g.quoted)
    for group in np.split(marked, np.flatnonzero(np.diff(g.quote[marked])) + 1):
        if len(group) <= LEAST_QUOTE or int(g.paragraph[group[0]]) in headings or claimed.intersection(group.tolist()):
            continue
        around = np.arange(g.first[group[0]], g.last[group[-1]] + 1)
        if not any(not g.quoted[i] and i not in claimed and g.tag[i] not in MARKS for i in around.tolist()):
            yield Reading((), tuple(group.tolist()), None, None)


def _going_on(g: Grammar, before: tuple[Said, Reading] | None, reading: Reading) -> Said | None:
    """What a quotation without a source goes on from: the attribution before, in the same paragraph or, quoted, at the end of the last."""
    if before is None or not g.quoted[reading.content[0]]:
        return None
    said, earlier = before
    apart = g.paragraph[reading.content[0]] - g.paragraph[earlier.content[-1]]
    return said if apart == 0 or (apart == 1 and g.quoted[earlier.content[-1]]) else Said(said.number, [UNKNOWN])


def _said(text: str, g: Grammar, reading: Reading, number: int, parser: Parser, resolver: Resolver) -> Said | None:
    """Who says it, and how; None without a source, or where the source is the writer."""
    head, cue, told = reading.head, reading.cue, reading.told
    if head is None or (text[g.start[head] : g.end[head]].lower() in WRITER and not g.quoted[head]):
        return None
    source = _phrase(g, head, {*reading.content, *cue})
    return Said(
        number,
        resolver.resolve(source, _span(g, head, head)),
        " ".join(parser.lemma_of(int(g.lemma[i])) for i in cue),
        _span(g, cue[0], cue[-1]),
        source,
        _span(g, int(g.edges[0][told]), told) if told is not None else None,
    )


def _span(g: Grammar, first: int, last: int) -> Span:
    return Span(int(g.start[first]), int(g.end[last]))


def _phrase(g: Grammar, head: int, outside: Set[int]) -> Span:
    """The unbroken part of the head's subtree around it."""
    first = last = head
    while first - 1 >= g.edges[0][head] and first - 1 not in outside:
        first -= 1
    while last + 1 <= g.edges[1][head] and last + 1 not in outside:
        last += 1
    return _span(g, first, last)


def _sentences(text: str, g: Grammar, reading: Reading, said: Said) -> Iterator[Draft]:
    """One draft per sentence of the content and per speaker."""
    for _, group in groupby(reading.content, key=lambda i: int(g.sentence[i])):
        tokens = list(group)
        spans = _runs(text, g, tokens)
        if not spans:
            continue
        letters = [bool(g.quoted[i]) for i in tokens if text[g.start[i]].isalnum()]
        quote = "direct" if all(letters) else "mixed" if any(letters) else "indirect"
        for speaker in said.speakers:
            yield Draft(spans, quote, speaker, said)


def _runs(text: str, g: Grammar, tokens: list[int]) -> list[Span]:
    """Spans of neighbouring tokens; a gap of punctuation only joins its neighbours."""
    runs: list[list[int]] = []
    for token in tokens:
        if runs and not any(char.isalnum() for char in text[g.end[runs[-1][1]] : g.start[token]]):
            runs[-1][1] = token
        else:
            runs.append([token, token])
    return [span for first, last in runs if (span := trim(text, _span(g, first, last)))]


def trim(text: str, span: Span, edges: str = EDGES) -> Span | None:
    """`span` without punctuation at its edges, but with the mark that closes a quotation opened inside; None without a letter."""
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip(edges))
    end = span.end - (len(words) - len(words.rstrip(edges)))
    if start >= end or not any(char.isalnum() for char in text[start:end]):
        return None
    inner = text[start:end]
    closes = re.match(r"[,.]?”", text[end : end + 2])
    if closes and inner.count("“") > inner.count("”"):
        end += closes.end()
    return Span(start, end)
