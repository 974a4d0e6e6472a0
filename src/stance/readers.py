"""Users' files to raw documents: the one door for texts from outside. What can't be read is set aside, never raised."""

import io
import itertools
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pandas as pd
import pyarrow.parquet
import pypdf
import trafilatura
import yaml

from stance.decoding import Unreadable, decode, encoding_of_table
from stance.errors import refuse
from stance.params import Ingest

TEXT_COLUMNS = ("text", "content", "body", "article")
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
KNOWN = {*TEXT_COLUMNS, *sum(ALIASES.values(), ())}
HEAD = 1_000_000  # bytes of a table by which its encoding is told
FRONT_MATTER = re.compile(r"---[ \t]*\r?\n((?s:.{0,20000}?)(?<=\n)|)---[ \t]*(?:\r?\n|\Z)")
DECLARED = re.compile(rb"<meta[^>]{1,200}?charset=[\"']?((?!utf)[\w-]{1,40})", re.IGNORECASE)
BATCH = 200  # rows of a table in memory at a time


@dataclass(frozen=True)
class RawDocument:
    """A text as it came; what ALIASES names, as the input has it; and the offset behind front matter."""

    source: str
    text: str
    fields: dict[str, str] = field(default_factory=dict)
    body_start: int = 0
    notice: str = ""


@dataclass(frozen=True)
class SetAside:
    """What was not read, and why: `reason` is one of few to count by, `detail` says more."""

    source: str
    reason: str
    detail: str = ""


Raw = RawDocument | SetAside
Reader = Callable[[Path, str, Ingest], Iterator[Raw]]


def read_paths(paths: list[Path], *, params: Ingest) -> Iterator[Raw]:
    """Documents of files and folders in a fixed order, whatever the order in which the files were made.

    `source` is the path below the folder given, behind that folder's name if several paths are given; `#n` is the
    n-th row of a table (the n-th line of JSON Lines). Links inside a folder are not followed.
    Raises StanceError for a path that does not exist, before anything is read.
    """
    for path in paths:
        if not os.access(path, os.F_OK):  # unlike Path.exists, false where a folder on the way is closed
            raise refuse(f"no file or folder {path}", "paths that exist", "check the spelling")
    for path in paths:
        if path.is_dir():
            name = path.resolve().name if len(paths) > 1 else ""
            yield from _read_folder(path, f"{name}/" if name else "", params)
        else:
            yield from _read(path, _source(path, path.parent), params)


def _source(path: Path, root: Path, prefix: str = "") -> str:
    """The name of a file as text that can be stored: bytes that are no UTF-8 become U+FFFD."""
    return prefix + os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "replace")


def _read_folder(root: Path, prefix: str, params: Ingest) -> Iterator[Raw]:
    """Depth first, each folder's files before its folders, by name. Hidden ones are set aside unread."""
    todo = [root]
    while todo:
        folder = todo.pop()
        folders = []
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            entries = []
            yield SetAside(_source(folder, root, prefix), "not readable", error.strerror or "")
        for entry in entries:
            source = _source(entry, root, prefix)
            if entry.name.startswith("."):
                yield SetAside(source, "hidden")
            elif entry.is_symlink():
                yield SetAside(source, _why_not_followed(entry, root))
            elif entry.is_dir():
                folders.append(entry)
            else:
                yield from _read(entry, source, params)
        todo += reversed(folders)


def _why_not_followed(link: Path, root: Path) -> str:
    try:
        inside = link.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # Python 3.11 and 3.12 raise RuntimeError for a loop
        return "broken link"
    return "link to another file of the folder" if inside else "link that leads out of the folder"


def _read(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    try:
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            raise Unreadable("unknown kind of file", f"allowed: {', '.join(READERS)}")
        if not path.is_file():
            raise Unreadable("not a regular file")
        if path.stat().st_size == 0:
            raise Unreadable("empty")
        yield from reader(path, source, params)
    except Unreadable as error:
        yield SetAside(source, error.reason, error.detail)
    except OSError as error:
        yield SetAside(source, "not readable", error.strerror or type(error).__name__)


@contextmanager
def _broken(kind: str) -> Iterator[None]:
    """Parsers raise many kinds of error on damaged files; each of them means that the file can't be read."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"broken {kind}", f"{type(error).__name__}: {error}") from None


def _bytes(path: Path, params: Ingest) -> bytes:
    size = path.stat().st_size
    if size > params.max_mb * 1e6:
        raise Unreadable("too large", f"{size / 1e6:.3g} MB; allowed: {params.max_mb:g} MB (ingest.max_mb)")
    return path.read_bytes()


def _plain(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    text, notice = decode(_bytes(path, params))
    fields, body_start = front_matter(text)
    yield RawDocument(source, text, fields, body_start, notice)


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """Metadata between `---` lines at the head of a text, and the offset behind them; none and 0 without these."""
    match = FRONT_MATTER.match(text)
    with suppress(Exception):  # YAML's constructors raise many kinds of error
        if match and isinstance(found := yaml.safe_load(match[1]), dict):
            return _fields(found), match.end()
    return {}, 0


def _fields(row: dict[Any, Any]) -> dict[str, str]:
    """The cells that ALIASES names, as text; empty, missing and nested ones are left out."""
    cells = {str(name).strip().lower(): cell for name, cell in row.items()}
    found = {}
    for name, aliases in ALIASES.items():
        for cell in (cells.get(alias) for alias in aliases):
            known = not isinstance(cell, list | tuple | dict | set) and not pd.isna(cell)
            if known and str(cell).strip() and name not in found:
                found[name] = str(cell) if name == "doc_id" else str(cell).strip()
    return found


def _html(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    content = _bytes(path, params)
    declared = DECLARED.search(content[:4000])
    page, notice = decode(content, declared[1].decode("ascii", "replace") if declared else "")
    with _broken("HTML"):
        text = trafilatura.extract(page, include_comments=False)
        meta = trafilatura.extract_metadata(page, extensive=False) if text else None
        fields = _fields({**meta.as_dict(), "outlet": meta.sitename or meta.hostname}) if meta else {}
    if not text or not text.strip():
        raise Unreadable("no article text in the page")
    fields.pop("doc_id", None)
    yield RawDocument(source, text, fields, notice=notice)


def _pdf(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    content = _bytes(path, params)
    info: dict[str, Any] = {}
    with _broken("PDF"):
        pdf = pypdf.PdfReader(io.BytesIO(content))
        if pdf.is_encrypted:
            raise Unreadable("encrypted PDF")
        text = "\n\n".join(page.extract_text() for page in pdf.pages)
        with suppress(Exception):  # a damaged title or date is no reason to lose the text
            info["title"] = pdf.metadata.title if pdf.metadata else ""
            info["published"] = pdf.metadata.creation_date if pdf.metadata else ""
    if not text.strip():
        raise Unreadable("no text in the PDF", "scanned pages?")
    yield RawDocument(source, text, _fields(info))


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(HEAD)


def _jsonl(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    encoding, notice = encoding_of_table(_head(path))
    with path.open(encoding=encoding, errors="surrogateescape", newline="\n") as handle, _broken("JSON Lines"):
        for number, line in enumerate(_lines(handle, params), 1):
            if line is None:
                yield SetAside(f"{source}#{number}", "too large", f"allowed: {params.max_mb:g} MB (ingest.max_mb)")
            elif line.strip():
                yield _line(line, f"{source}#{number}", notice, params)


def _lines(handle: TextIO, params: Ingest) -> Iterator[str | None]:
    """Lines of a file, with None for each that is too long for a text of `max_mb`, even if it's written in escapes."""
    most = int(8 * params.max_mb * 1e6) + HEAD
    while line := handle.readline(most):
        rest = line
        while len(rest) == most and not rest.endswith("\n"):
            rest, line = handle.readline(most), ""
        yield line or None


def _line(line: str, source: str, notice: str, params: Ingest) -> Raw:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return SetAside(source, "not JSON", str(error)[:200])
    if not isinstance(row, dict):
        return SetAside(source, "not a JSON object", type(row).__name__)
    return _row(row, source, notice, params)


def _csv(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    encoding, notice = encoding_of_table(_head(path))
    options: dict[str, Any] = {"encoding": encoding, "encoding_errors": "surrogateescape", "keep_default_na": False}
    with _broken("CSV"):  # with the header read as a row, rows that are longer than it are errors, not shifted
        header: list[str] = []
        for part in pd.read_csv(path, dtype=object, header=None, skip_blank_lines=False, chunksize=BATCH, **options):
            for number, cells in zip(part.index, part.to_numpy().tolist(), strict=True):
                if number == 0:
                    header = cells
                    _need_text(header)
                else:
                    yield _row(dict(zip(header, cells, strict=True)), f"{source}#{number}", notice, params)


def _parquet(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    with path.open("rb") as handle, _broken("Parquet file"):
        table = pyarrow.parquet.ParquetFile(handle)
        columns = [name for name in table.schema_arrow.names if name.strip().lower() in KNOWN]
        _need_text(columns)
        number = itertools.count(1)
        for part in table.iter_batches(BATCH, columns=columns):
            for row in part.to_pylist():
                yield _row(row, f"{source}#{next(number)}", "", params)


def _need_text(columns: list[Any]) -> None:
    if not {str(name).strip().lower() for name in columns} & set(TEXT_COLUMNS):
        raise Unreadable("no text column", f"allowed: {', '.join(TEXT_COLUMNS)}")


def _row(row: dict[Any, Any], source: str, notice: str, params: Ingest) -> Raw:
    """A table's row: its text as it came, the other cells as metadata."""
    cells = {str(name).strip().lower(): cell for name, cell in row.items()}
    text = next((cells[name] for name in TEXT_COLUMNS if name in cells), None)
    if not set(cells) & set(TEXT_COLUMNS):
        return SetAside(source, "no text column", f"allowed: {', '.join(TEXT_COLUMNS)}")
    if not isinstance(text, str) or not text.strip():
        return SetAside(source, "empty")
    if len(text.encode("utf-8", "surrogatepass")) > params.max_mb * 1e6:
        return SetAside(source, "too large", f"allowed: {params.max_mb:g} MB (ingest.max_mb)")
    return RawDocument(source, text, _fields(row), notice=notice)


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
