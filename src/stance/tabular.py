"""Tables to raw documents, a row each: JSON Lines, CSV and Parquet."""

import csv
import itertools
import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pyarrow.parquet

from stance.decoding import Unreadable, encoding_of_table
from stance.errors import listing
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
        most = int(8 * params.max_mb * 1e6) + HEAD  # a text may be written in escapes
        for number, line in enumerate(iter(lambda: _next_line(handle, most), ""), 1):
            if len(line) == most and not line.endswith("\n"):
                yield SetAside(f"{source}#{number}", "too large", f"allowed: {params.max_mb:g} MB (ingest.max_mb)")
            elif line.strip():
                yield _line(line, f"{source}#{number}", notice, params)


def _next_line(handle: TextIO, most: int) -> str:
    """The next line of a file; of a longer one the first `most` characters, without a line end."""
    line = rest = handle.readline(most)
    while len(rest) == most and not rest.endswith("\n"):
        rest = handle.readline(most)
    return line


def _line(line: str, source: str, notice: str, params: Ingest) -> Raw:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return SetAside(source, "not JSON", str(error)[:200])
    if not isinstance(row, dict):
        return SetAside(source, "not a JSON object", type(row).__name__)
    return _row(row, source, notice, params)


def csv_rows(path: Path, source: str, params: Ingest) -> Iterator[Raw]:
    """The rows of a table with a header; a row that is broken, or of another length than the header, is set aside alone."""
    encoding, notice = encoding_of_table(_head(path))
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as handle, broken("CSV"):
        rows = (cells for cells in _records(handle, int(2 * params.max_mb * 1e6) + HEAD) if cells)
        header = next(rows, [])
        if isinstance(header, str):
            raise Unreadable("broken CSV", f"its header: {header}")
        _need_text(header)
        whole = True  # as long as no row is broken, or the last one was sound again
        for number, cells in enumerate(rows, 1):
            place = f"{source}#{number}"
            wrong = cells if isinstance(cells, str) else _misfit(cells, len(header), whole)
            yield SetAside(place, "broken row", wrong) if wrong else _row(dict(zip(header, cells, strict=True)), place, notice, params)
            whole = not wrong or (whole and not isinstance(cells, str))


def _misfit(cells: list[str], columns: int, whole: bool) -> str:
    """Why the cells are no row of so many columns; behind a broken row, parts of it are told by their quotes."""
    if len(cells) != columns:
        return f"{len(cells)} cells; allowed: {columns}, as the header has"
    return "" if whole or not any('"' in cell for cell in cells) else "perhaps a part of the row before"


def _records(handle: TextIO, most: int) -> Iterator[list[str] | str]:
    """The rows of a CSV, [] for a blank line, or what is wrong with a row: the line behind the one that begins it is then tried as a row.

    A quote that is not closed within `most` characters is wrong too.
    """
    csv.field_size_limit(2**31 - 1)  # `_row` sets long texts aside
    ahead: deque[str] = deque()
    taken: list[str] = []

    def lines() -> Iterator[str]:
        size = 0
        while size < most and (line := ahead.popleft() if ahead else _next_line(handle, most)):
            taken.append(line)
            yield line
            size = size + len(line) if taken else 0  # a new row begins

    rows = csv.reader(lines(), strict=True)
    while True:
        taken.clear()
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield str(error)
            ahead.extendleft(reversed(taken[1:]))
            rows = csv.reader(lines(), strict=True)


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
    names = [str(name).strip().lower() for name in columns]
    if not set(names) & set(TEXT_COLUMNS):
        hint = "; try commas between columns" if len(names) == 1 and set(names[0]) & set(";\t|") else ""
        raise Unreadable("no text column", f"columns: {listing(columns)}; allowed: {listing(TEXT_COLUMNS)}{hint}")
    twice = sorted({name for name in names if name in KNOWN and names.count(name) > 1})
    if twice:
        raise Unreadable("doubled column", listing(twice))


def _row(row: dict[Any, Any], source: str, notice: str, params: Ingest) -> Raw:
    """A table's row: the first text in it as it came, the other cells as metadata."""
    cells = {str(name).strip().lower(): cell for name, cell in row.items()}
    given = [cells[name] for name in TEXT_COLUMNS if name in cells]
    text = next((cell for cell in given if isinstance(cell, str) and cell.strip()), None)
    if not given:
        return SetAside(source, "no text column", f"columns: {listing(row)}; allowed: {listing(TEXT_COLUMNS)}")
    if text is None:
        other = next((type(cell).__name__ for cell in given if cell is not None and not isinstance(cell, str)), "")
        return SetAside(source, "text is no string", other) if other else SetAside(source, "empty")
    if len(text.encode("utf-8", "surrogatepass")) > params.max_mb * 1e6:
        return SetAside(source, "too large", f"allowed: {params.max_mb:g} MB (ingest.max_mb)")
    return RawDocument(source, text, fields_of(row), notices=guessed(notice))
