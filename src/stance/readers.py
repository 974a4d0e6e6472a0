"""Users' files to raw documents: the one door for texts from outside. What can't be read is set aside with its reason, never raised."""

import json
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet
import pypdf
import trafilatura
import yaml
from charset_normalizer import from_bytes

from stance.errors import refuse
from stance.params import Ingest

TEXT_COLUMNS = ("text", "content", "body", "article")
MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
CONFIDENT = 0.2  # most disorder (charset-normalizer's "chaos", 0 to 1) in text of a guessed encoding


@dataclass(frozen=True)
class RawDocument:
    """A text as it came, with the metadata that came with it under its own names. `body_start` is the offset behind front matter."""

    source: str
    text: str
    fields: dict[str, str] = field(default_factory=dict)
    body_start: int = 0


@dataclass(frozen=True)
class SetAside:
    """What was not read, and why: `reason` is one of few to count by, `detail` says more."""

    source: str
    reason: str
    detail: str = ""


class Unreadable(Exception):
    """Carries a reason and a detail from a reader to its SetAside."""

    def __init__(self, reason: str, detail: object = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, " ".join(str(detail).split())[:200]


Raw = RawDocument | SetAside
Reader = Callable[[Path, str, Ingest], Iterator[Raw]]


def read_paths(paths: list[Path], *, params: Ingest) -> Iterator[Raw]:
    """Documents of files and folders in a fixed order; `source` is the path below the folder given, with the folder's name if several are given.

    Raises StanceError for a path that does not exist. Links that lead out of their folder are not followed.
    """
    for path in paths:
        if not path.exists():
            raise refuse(f"no file or folder {path}", "paths that exist", "check the spelling")
    for path in paths:
        root = path if path.is_dir() else path.parent
        prefix = f"{path.name}/" if len(paths) > 1 and path.is_dir() else ""
        for found in _files(path):
            source = prefix + found.relative_to(root).as_posix()
            yield from _read(found, source, root, params)


def _files(path: Path) -> Iterator[Path]:
    """Files below `path` sorted by name, without hidden ones; linked folders are listed but not entered."""
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        yield from (Path(folder) / name for name in sorted([*names, *links]) if not name.startswith("."))


def _read(path: Path, source: str, root: Path, params: Ingest) -> Iterator[Raw]:
    try:
        if path.is_symlink():
            inside = path.resolve().is_relative_to(root.resolve())
            raise Unreadable("link to another file of the folder" if inside else "link that leads out of the folder")
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            raise Unreadable("unknown kind of file", path.suffix or "no ending")
        if path.stat().st_size == 0:
            raise Unreadable("empty")
        yield from reader(path, source, params)
    except Unreadable as error:
        yield SetAside(source, error.reason, error.detail)
    except OSError as error:
        yield SetAside(source, "not readable", error.strerror or type(error).__name__)


def _bytes(path: Path, params: Ingest) -> bytes:
    size = path.stat().st_size
    if size > params.max_mb * 1e6:
        raise Unreadable("too large", f"{size / 1e6:.0f} MB; allowed: {params.max_mb:g} MB (ingest.max_mb)")
    return path.read_bytes()


def decode(content: bytes) -> str:
    """Text by its byte order mark, as UTF-8, or by charset-normalizer's guess if that is sure. Line ends stay as they are.

    Raises Unreadable for what is no text. The mark itself is no part of the text.
    """
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise Unreadable("not decodable", error) from None
    if b"\0" in content:
        raise Unreadable("binary, not text")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        best = from_bytes(content, threshold=CONFIDENT).best()
        if best is None or not best.alphabets or sum(char.isalpha() for char in str(best)) < len(str(best)) / 2:
            raise Unreadable("not decodable", error) from None
        return content.decode(best.encoding)


def _plain(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    text = decode(_bytes(path, params))
    fields, body_start = front_matter(text)
    yield RawDocument(source, text, fields, body_start)


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """Metadata between `---` lines at the head of a text, and the offset behind them; none and 0 where there are none."""
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].rstrip() != "---":
        return {}, 0
    end = next((n for n, line in enumerate(lines[1:200], 1) if line.rstrip() == "---"), None)
    if end is None:
        return {}, 0
    try:
        found = yaml.safe_load("".join(lines[1:end]))
    except (yaml.YAMLError, ValueError):
        return {}, 0
    return (_fields(found), sum(map(len, lines[: end + 1]))) if isinstance(found, dict) else ({}, 0)


def _fields(row: dict[Any, Any]) -> dict[str, str]:
    """Cells as text under lower-case names; empty, missing and nested ones are left out."""
    kept = {}
    for name, cell in row.items():
        missing = cell is None or isinstance(cell, list | dict) or (isinstance(cell, float) and math.isnan(cell)) or cell is pd.NaT
        if not missing and str(cell).strip():
            kept[str(name).strip().lower()] = str(cell).strip()
    return kept


def _html(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    page = decode(_bytes(path, params))
    text = trafilatura.extract(page, include_comments=False)
    if not text:
        raise Unreadable("no article text in the page")
    meta = trafilatura.extract_metadata(page)
    found = meta.as_dict() if meta else {}
    names = {"title": "title", "date": "published", "sitename": "outlet", "url": "url", "license": "licence"}
    yield RawDocument(source, text, _fields({ours: found.get(theirs) for theirs, ours in names.items()}))


def _pdf(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    _bytes(path, params)
    try:
        pdf = pypdf.PdfReader(path)
        if pdf.is_encrypted:
            raise Unreadable("encrypted PDF")
        text = "\n\n".join(page.extract_text() for page in pdf.pages)
        meta = pdf.metadata
        fields = _fields({"title": meta.title, "published": meta.creation_date} if meta else {})
    except Unreadable:
        raise
    except Exception as error:  # pypdf raises many kinds on damaged files; each means that this file can't be read
        raise Unreadable("broken PDF", error) from None
    if not text.strip():
        raise Unreadable("no text in the PDF", "scanned pages?")
    yield RawDocument(source, text, fields)


def _jsonl(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(decode(line))
            except (ValueError, RecursionError, Unreadable) as error:
                yield SetAside(f"{source}#{number}", "not JSON", " ".join(str(error).split())[:200])
                continue
            yield _row(row, f"{source}#{number}", params) if isinstance(row, dict) else SetAside(f"{source}#{number}", "not a JSON object")


def _csv(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    try:
        for part in pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", chunksize=1000):
            for number, row in zip(part.index, part.to_dict("records"), strict=True):
                yield _row(row, f"{source}#{number + 1}", params)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise Unreadable("broken CSV", error) from None


def _parquet(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    number = 0
    try:
        for part in pyarrow.parquet.ParquetFile(path).iter_batches(1000):
            for row in part.to_pylist():
                number += 1
                yield _row(row, f"{source}#{number}", params)
    except (pyarrow.ArrowException, OSError) as error:
        raise Unreadable("broken Parquet file", error) from None


def _row(row: dict[Any, Any], source: str, params: Ingest) -> Raw:
    """A table's row: its text as it came, the other cells as metadata."""
    names = {str(name).strip().lower(): name for name in row}
    column = next((names[name] for name in TEXT_COLUMNS if name in names), None)
    if column is None:
        return SetAside(source, "no text column", f"allowed: {', '.join(TEXT_COLUMNS)}")
    text = row[column]
    if not isinstance(text, str) or not text.strip():
        return SetAside(source, "empty")
    if len(text) > params.max_mb * 1e6:
        return SetAside(source, "too large", f"{len(text) / 1e6:.0f} million characters")
    return RawDocument(source, text, _fields({name: cell for name, cell in row.items() if name != column}))


READERS: dict[str, Reader] = {
    ".txt": _plain,
    ".md": _plain,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".parquet": _parquet,
}
