"""Texts marked with attributions in brat's stand-off format: events with the roles Source, Cue and Content, as in PolNeAR."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from stance.errors import listing, refuse
from stance.text import Span

ROLES = ("Source", "Cue", "Content")
ANNOTATOR = re.compile(r"_[0-9a-f]{4}$")  # PolNeAR ends the name of a file with its annotator


@dataclass(frozen=True)
class Marked:
    """Spans of one attribution; `source` may be empty."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]


@dataclass(frozen=True)
class MarkedText:
    name: str
    text: str
    attributions: tuple[Marked, ...]


def read_folder(folder: Path) -> Iterator[MarkedText]:
    """Each `name.txt` below `folder` that has a `name.ann` (of several annotators, the first by name), in the order of their names.

    Raises StanceError when there is none, when two texts have one name, or on a line that brat would not write.
    """
    texts = sorted(folder.rglob("*.txt"), key=lambda path: path.stem)
    twice = {one.stem for one, next_ in pairwise(texts) if one.stem == next_.stem}
    if twice:
        raise refuse(f"{folder} holds several texts named {listing(sorted(twice))}", "each name once", "other names, for text and marks")
    marks: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.ann"), key=lambda path: path.stem, reverse=True):
        marks[path.stem] = marks[ANNOTATOR.sub("", path.stem)] = path
    both = [path for path in texts if path.stem in marks]
    if not both:
        raise refuse(f"{folder} holds {len(texts)} .txt and no .ann of their names", "brat files, NAME.txt and NAME.ann", "another folder")
    for path in both:
        text = path.read_bytes().decode("utf-8")
        yield MarkedText(path.stem, text, tuple(_attributions(marks[path.stem], text)))


def _attributions(path: Path, text: str) -> Iterator[Marked]:
    spans: dict[str, tuple[Span, ...]] = {}
    events: list[dict[str, tuple[Span, ...]]] = []
    lines = list(enumerate(path.read_text(encoding="utf-8").split("\n"), 1))
    for number, line in sorted(lines, key=lambda one: one[1].startswith("E")):
        try:
            key, _, rest = line.rstrip("\r").partition("\t")
            if re.fullmatch(r"T\d+", key):
                spans[key] = _spans(rest, len(text))
            elif re.fullmatch(r"E\d+", key):
                events.append(_event(rest, spans))
        except (KeyError, ValueError) as error:
            raise refuse(
                f"{path}, line {number}: {line[:80]!r} ({error})",
                "brat's T and E lines with spans inside the text",
                "save the file in brat again",
            ) from None
    return (Marked(e["Source"], e["Cue"], e["Content"]) for e in events if e["Cue"] and e["Content"])


def _spans(rest: str, length: int) -> tuple[Span, ...]:
    _, _, places = rest.split("\t")[0].partition(" ")
    pairs = [place.split(" ") for place in places.split(";")]
    spans = tuple(sorted((Span(int(start), int(end)) for start, end in pairs), key=lambda span: span.start))
    if any(not 0 <= span.start < span.end <= length for span in spans):
        raise ValueError("span outside the text")
    return spans


def _event(rest: str, spans: dict[str, tuple[Span, ...]]) -> dict[str, tuple[Span, ...]]:
    roles: dict[str, tuple[Span, ...]] = dict.fromkeys(ROLES, ())
    for argument in rest.split():
        role, _, key = argument.partition(":")
        role = role.rstrip("0123456789")
        if role in roles:
            roles[role] = tuple(sorted((*roles[role], *spans[key]), key=lambda span: span.start))
    return roles
