"""Attributions that a text's layout tells: `NAME:` before what is said, `― Name` under a quotation."""

import re
from collections.abc import Iterator

import numpy as np

from stance.attribution.grammar import Grammar
from stance.attribution.model import Attribution
from stance.text import Span

HEADER = re.compile(r"(?P<who>[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]+){0,3}): +(?=\S)")
SIGNATURE = re.compile(r"\s*(?P<dash>[―—–])\s*(?P<who>[A-Z][\w.'’-]+(?: [\w.'’-]+){0,5})\s*$")
OPENING = re.compile(r"\s*[“”\"„«]")
LEAST_HEADERS = 3  # a single word in capitals before a colon may be a rubric
SURE = 10.0  # log-odds given to what the layout tells


def by_layout(text: str, paragraphs: list[Span], g: Grammar) -> list[Attribution]:
    """One attribution for each paragraph that begins with a speaker's name in capitals, where three or more do, or ends signed."""
    headers = {n: match for n, p in enumerate(paragraphs) if (match := HEADER.match(text, p.start, p.end))}
    if len(headers) < LEAST_HEADERS:
        headers = {}
    found: list[Attribution] = []
    for n, paragraph in enumerate(paragraphs):
        if n in headers:
            match = headers[n]
            found += _attribution(g, n, Span(match.end(), paragraph.end), Span(*match.span("who")), match.end("who"))
        elif OPENING.match(text, paragraph.start) and (signed := SIGNATURE.search(text, paragraph.start, paragraph.end)):
            found += _attribution(g, n, Span(paragraph.start, signed.start()), Span(*signed.span("who")), signed.start("dash"))
    return found


def _attribution(g: Grammar, paragraph: int, what: Span, who: Span, cue: int) -> Iterator[Attribution]:
    here = np.flatnonzero(g.paragraph == paragraph)
    content = here[(g.start[here] >= what.start) & (g.end[here] <= what.end)]
    name = here[(g.start[here] < who.end) & (g.end[here] > who.start)]
    mark = here[(g.start[here] <= cue) & (g.end[here] > cue)]
    if len(content) and len(name) and len(mark):
        yield Attribution(int(mark[0]), tuple(content.tolist()), int(name[-1]), SURE)
