"""Users' files to raw documents: the one door for texts from outside. What can't be read is set aside, never raised."""

import io
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pypdf
import trafilatura
import yaml

from stance.decoding import Unreadable, decode
from stance.errors import refuse
from stance.params import Ingest
from stance.raw import Raw, RawDocument, Reader, SetAside, broken, fields_of, guessed
from stance.tabular import csv_rows, jsonl_rows, parquet_rows

FRONT_MATTER = re.compile(r"---[ \t]*\r?\n((?s:.{0,20000}?)(?<=\n)|)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)")
MEANT = re.compile(r"\s{0,100}---[ \t]*[\r\n]+[A-Za-z_]{1,40}[ \t]*:|---[ \t]*\r?\n(?s:.{0,20000}?)\n---[ \t]*\r?\n")  # as front matter
DECLARED = re.compile(rb"<meta[^>]{1,200}?charset=[\"']?((?!utf)[\w-]{1,40})", re.IGNORECASE)


def read_paths(paths: list[Path], *, params: Ingest) -> Iterator[Raw]:
    """Documents of files and folders in a fixed order, whatever the order in which the files were made.

    `source` is the path below the folder given, behind that folder's name if several paths are given, and behind folders above it where
    one given before has that name; `#n` is the n-th row of a table (the n-th line of JSON Lines). Links inside a folder are not followed.
    Raises StanceError for a path that does not exist, before anything is read.
    """
    for path in paths:
        if not os.access(path, os.F_OK):  # unlike Path.exists, false where a folder on the way is closed
            raise refuse(f"no file or folder {path}", "paths that exist", "check the spelling")
    for path, name in zip(paths, _names(paths), strict=True):
        if path.is_dir():
            yield from _read_folder(path, f"{name}/" if len(paths) > 1 else "", params)
        else:
            yield from _read(path, name, params)


def _names(paths: list[Path]) -> list[str]:
    """The last part of each path, or more of its last parts where a path before has that name; ids of documents hang on it."""
    taken: dict[str, Path] = {}
    names = []
    for path in paths:
        whole = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
        longer = (_storable("/".join(whole.parts[-n:])) for n in range(1, len(whole.parts) + 1))
        names.append(next(name for name in longer if taken.setdefault(name, whole) == whole or name == _storable(whole.as_posix())))
    return names


def _storable(name: str) -> str:
    """A file's name as text that can be stored: bytes that are no UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def _source(path: Path, root: Path, prefix: str) -> str:
    return prefix + _storable(path.relative_to(root).as_posix())


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
        found = False
        for raw in reader(path, source, params):
            found = True
            yield raw
        if not found:
            raise Unreadable("empty", "no row in the table")
    except Unreadable as error:
        yield SetAside(source, error.reason, error.detail)
    except OSError as error:
        yield SetAside(source, "not readable", error.strerror or type(error).__name__)


def _bytes(path: Path, params: Ingest) -> bytes:
    size = path.stat().st_size
    if size > params.max_mb * 1e6:
        raise Unreadable("too large", f"{size / 1e6:.3g} MB; allowed: {params.max_mb:g} MB (ingest.max_mb)")
    return path.read_bytes()


def _plain(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    text, notice = decode(_bytes(path, params))
    fields, body_start = front_matter(text)
    notices = guessed(notice)
    if not body_start and MEANT.match(text):
        notices["front matter not read"] = (
            "counts as text; allowed: YAML of names and values between two lines of ---, at the very beginning"
        )
    yield RawDocument(source, text, fields, body_start, notices)


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """Metadata between `---` lines at the head of a text, and the offset behind them; none and 0 without these."""
    match = FRONT_MATTER.match(text)
    with suppress(yaml.YAMLError, ValueError, RecursionError):
        if match and isinstance(found := yaml.load(match[1], Loader=yaml.BaseLoader) or {}, dict):  # all text: an id of 007 stays one
            return fields_of(found), match.end()
    return {}, 0


def _html(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    content = _bytes(path, params)
    declared = DECLARED.search(content[:4000])
    page, notice = decode(content, declared[1].decode("ascii", "replace") if declared else "")
    with broken("HTML"):
        text = trafilatura.extract(page, include_comments=False)
        meta = trafilatura.extract_metadata(page, extensive=False) if text else None
        fields = fields_of({**meta.as_dict(), "outlet": meta.sitename or meta.hostname}) if meta else {}
    if not text or not text.strip():
        raise Unreadable("no article text in the page")
    fields.pop("doc_id", None)
    yield RawDocument(source, text, fields, notices=guessed(notice))


def _pdf(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    content = _bytes(path, params)
    info: dict[str, Any] = {}
    with broken("PDF"):
        pdf = pypdf.PdfReader(io.BytesIO(content))
        if pdf.is_encrypted:
            raise Unreadable("encrypted PDF")
        text = "\n\n".join(page.extract_text() for page in pdf.pages)
        with suppress(Exception):  # a damaged title or date is no reason to lose the text
            info["title"] = pdf.metadata.title if pdf.metadata else ""
            info["published"] = pdf.metadata.creation_date if pdf.metadata else ""
    if not text.strip():
        raise Unreadable("no text in the PDF", "scanned pages?")
    yield RawDocument(source, text, fields_of(info))


READERS: dict[str, Reader] = {
    ".txt": _plain,
    ".md": _plain,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".jsonl": jsonl_rows,
    ".csv": csv_rows,
    ".parquet": parquet_rows,
}
