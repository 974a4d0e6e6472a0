"""Tables to raw documents, a row each: JSON Lines, CSV and Parquet."""

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pyarrow.parquet

from stance.decoding import Unreadable, encoding_of_table
from stance.params import Ingest
from stance.raw import ALIASES, Raw, RawDocument, SetAside, broken, fields_of, guessed

TEXT_COLUMNS = ("text", "content", "body", "article")
KNOWN = {*TEXT_COLUMNS, *sum(ALIASES.values(), ())}
HEAD = 1_000_000  # bytes of a table by which its encoding is told
BATCH = 200  # rows of a table in memory at a time


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(HEAD)


def jsonl_rows(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    """The lines of a file of JSON objects."""
    encoding, notice = encoding_of_table(_head(path))
    with path.open(encoding=encoding, errors="surrogateescape", newline="\n") as handle, broken("JSON Lines"):
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


def csv_rows(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    """The rows of a table with a header; a row that is broken or longer than the header is set aside alone."""
    encoding, notice = encoding_of_table(_head(path))
    csv.field_size_limit(2**31 - 1)  # `_row` sets long texts aside
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as handle, broken("CSV"):
        rows = csv.reader(handle, strict=True)
        header = next(rows, [])
        _need_text(header)
        for number in itertools.count(1):
            place = f"{source}#{number}"
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:  # the next row begins on the next line
                yield SetAside(place, "broken row", str(error))
                continue
            if len(cells) > len(header):
                yield SetAside(place, "too many cells", f"{len(cells)}; allowed: {len(header)}")
            else:
                yield _row(dict(itertools.zip_longest(header, cells, fillvalue="")), place, notice, params)


def parquet_rows(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    """The rows of a Parquet table."""
    with path.open("rb") as handle, broken("Parquet file"):
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
    return RawDocument(source, text, fields_of(row), notices=guessed(notice))
