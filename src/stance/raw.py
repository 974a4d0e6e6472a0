"""What comes from outside, before it is checked: texts as they came with their metadata, and what could not be read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from stance.decoding import Unreadable
from stance.params import Ingest

ALIASES = {
    "doc_id": ("doc_id", "id"),
    "outlet": ("outlet", "publisher", "site"),
    "published": ("published", "date", "published_at"),
    "title": ("title", "headline"),
    "url": ("url", "link"),
    "licence": ("licence", "license"),
    "genre": ("genre",),
    "speaker": ("speaker",),
    "side": ("side",),
}


@dataclass(frozen=True)
class RawDocument:
    """A text as it came; what ALIASES names, as the input has it; the offset behind front matter; and doubts, reason to detail."""

    source: str
    text: str
    fields: dict[str, str] = field(default_factory=dict)
    body_start: int = 0
    notices: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SetAside:
    """What was not read, and why: `reason` is one of few to count by, `detail` says more."""

    source: str
    reason: str
    detail: str = ""


Raw = RawDocument | SetAside
Reader = Callable[[Path, str, Ingest], Iterator[Raw]]


def fields_of(row: dict[Any, Any]) -> dict[str, str]:
    """The cells that ALIASES names, as text; empty, missing and nested ones are left out."""
    cells = {str(name).strip().lower(): cell for name, cell in row.items()}
    found = {}
    for name, aliases in ALIASES.items():
        for cell in (cells.get(alias) for alias in aliases):
            known = not isinstance(cell, list | tuple | dict | set) and not pd.isna(cell)
            if known and str(cell).strip() and name not in found:
                found[name] = str(cell) if name == "doc_id" else str(cell).strip()
    return found


def guessed(notice: str) -> dict[str, str]:
    """The notice of an encoding that was guessed, if any."""
    return {"encoding guessed": notice} if notice else {}


@contextmanager
def broken(kind: str) -> Iterator[None]:
    """Parsers raise many kinds of error on damaged files; each of them means that the file can't be read."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"broken {kind}", f"{type(error).__name__}: {error}") from None
