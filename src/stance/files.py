"""The only module that writes files, and that reads tables, JSON and models; writes are atomic, numbers rounded."""

import contextlib
import io
import itertools
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet
from sklearn.pipeline import Pipeline

from stance.errors import StanceError, listing, refuse
from stance.records import NUMBERS, PREDICTIONS, identifier

DIGITS = 3  # decimals kept on writing: the last bits of floating point move with the processor and must not show


def round_numbers(value: Any, digits: int | None = DIGITS) -> Any:
    """`value` with every float in it rounded (not if `digits` is None); NaN becomes None, NumPy scalars and arrays plain Python values."""
    if isinstance(value, dict):
        return {key: round_numbers(item, digits) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [round_numbers(item, digits) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, float):
        return value
    return None if np.isnan(value) else value if digits is None else round(value, digits) + 0.0


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` when the block ends without error; links, devices and pipes stay such."""
    if path.is_dir():
        raise refuse(f"{path} is a folder", "the name of a file to write", "a name in it")
    path, special = path.resolve(), path.exists() and not path.is_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=None if special else path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    except OSError as error:
        raise refuse(f"{path} can't be written ({error.strerror})", "a folder where files may be made", "another name") from None
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        if special:
            path.write_bytes(draft.read_bytes())
        else:
            draft.chmod(0o644)
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_text(text: str, path: Path) -> None:
    with atomic(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(content: bytes, path: Path) -> None:
    with atomic(path) as draft:
        draft.write_bytes(content)


def write_json(value: Any, path: Path) -> None:
    write_text(json.dumps(round_numbers(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def write_csv(rows: pd.DataFrame, path: Path, digits: int = DIGITS) -> None:
    """CSV with rounded numbers; lists are written as JSON."""
    flat = rows.copy()
    for name in flat.columns:
        if pd.api.types.is_float_dtype(flat[name]):
            flat[name] = flat[name].round(digits) + 0.0
        elif flat[name].map(lambda cell: isinstance(cell, list)).any():
            flat[name] = [json.dumps(cell) for cell in flat[name]]
    write_text(flat.to_csv(index=False, lineterminator="\n"), path)


def read_csv(path: Path) -> pd.DataFrame:
    """A CSV of text columns; empty cells are empty strings. Raises StanceError when it can't be read as UTF-8 CSV."""
    _need(path)
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise refuse(f"{path} is not a CSV table ({error})", "UTF-8 with a header row", "save it again as CSV UTF-8") from None


def read_numbers(path: Path) -> pd.DataFrame:
    """A table of shares from the CSV that `write_csv` made of it; the schema is checked where it is used."""
    rows = read_csv(path)
    for name, column in NUMBERS.items():
        if str(column.dtype) in ("int64", "float64"):
            rows[name] = pd.to_numeric(rows[name]).astype(str(column.dtype))
    return rows


def read_scores(path: Path) -> pd.DataFrame:
    """`evaluate`'s scores from the CSV that `write_csv` made of them."""
    rows = read_csv(path)
    for name in ("value", "low", "high"):
        rows[name] = pd.to_numeric(rows[name]).astype(float)
    return rows.astype({"n": int})


def read_flows(path: Path) -> pd.DataFrame:
    """Counts by side, addressee and act from the CSV that `write_csv` made of them."""
    return read_csv(path).astype({"n": int})


def read_held_out(path: str) -> frozenset[str]:
    """Ids of the documents that a CSV keeps for the test part; none for an empty `path`."""
    return frozenset(read_csv(Path(path))["doc_id"] if path else [])


def read_jsonl(source: str) -> Iterator[dict[str, Any]]:
    """Objects of a JSON Lines file, or of stdin for "-". Half of a surrogate pair, which no file can hold, becomes "?".

    Raises StanceError naming the first line that is no object.
    """
    if source != "-":
        _need(Path(source))
    with contextlib.nullcontext(sys.stdin.buffer) if source == "-" else Path(source).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if b"\\ud" in line.lower():
                    row = json.loads(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise refuse(f"line {number} of {source} is no JSON object", "JSON Lines in UTF-8", "mend or remove that line")
            yield row


def read_corpora(folder: Path, names: list[str]) -> dict[tuple[str, str], dict[str, str]]:
    """`title` and `text` of each document of the corpora NAME.jsonl, by the corpus's name and the hash of the document's id."""
    return {
        (name, identifier(str(row.get("doc_id")))): {"title": str(row.get("title") or ""), "text": str(row.get("text"))}
        for name in names
        for row in read_jsonl(str(folder / f"{name}.jsonl"))
    }


def read_rows(path: Path) -> pd.DataFrame:
    """A table from Parquet, CSV or JSON Lines, by the file's ending."""
    kind = ending(path)
    if kind == ".parquet":
        return read_table(path)
    return read_csv(path) if kind == ".csv" else pd.DataFrame(read_jsonl(str(path)))


def write_rows(rows: pd.DataFrame, path: Path) -> None:
    """A table to Parquet, CSV or JSON Lines, by the file's ending; numbers keep six decimals."""
    kind = ending(path)
    if kind == ".parquet":
        write_table(rows, path)
    elif kind == ".csv":
        write_csv(rows, path, digits=6)
    else:
        write_lines(round_numbers(rows.to_dict("records"), 6), str(path))


def ending(path: Path) -> str:
    """The ending of a table's name. Raises StanceError for one that no table has."""
    found = path.suffix.lower()
    if found not in (".parquet", ".csv", ".jsonl"):
        raise refuse(f"{path} ends in {path.suffix or 'nothing'!r}", ".parquet, .csv, .jsonl", "another name")
    return found


def read_predictions(path: Path) -> pd.DataFrame:
    """records.PREDICTIONS from JSON Lines or Parquet, by the file's ending. Raises StanceError for columns that are missing."""
    rows = read_table(path) if path.suffix.lower() == ".parquet" else pd.DataFrame(read_jsonl(str(path)))
    missing = [name for name in PREDICTIONS.columns if name not in rows.columns]
    if missing:
        raise refuse(f"{path} lacks columns {listing(missing)}", "predictions of stance", "stance analyze, or dvc repro")
    return rows


def write_lines(rows: list[dict[str, Any]], target: str) -> None:
    """JSON Lines to a file, or to stdout for "-"; numbers as they are."""
    text = "".join(json.dumps(round_numbers(row, None), ensure_ascii=False) + "\n" for row in rows)
    if target == "-":
        sys.stdout.write(text)
    else:
        write_text(text, Path(target))


def write_table(rows: pd.DataFrame, path: Path) -> None:
    with atomic(path) as draft:
        rows.to_parquet(draft, index=False, compression="zstd")


def read_table(path: Path) -> pd.DataFrame:
    """A Parquet table as written by `write_table`; list columns come back as lists."""
    _need(path)
    try:
        table = pyarrow.parquet.read_table(path)
    except (OSError, pyarrow.ArrowInvalid) as error:
        raise refuse(f"{path} can't be read ({str(error).splitlines()[0]})", "a Parquet table", "writing it again") from None
    rows = table.to_pandas()
    for name in rows.columns:
        if pyarrow.types.is_null(table.schema.field(name).type):  # a column of lists without rows
            rows[name] = rows[name].astype(object)
        elif rows[name].dtype == object:
            rows[name] = [_plain(cell) for cell in rows[name]]
    return rows


def _plain(cell: Any) -> Any:
    return [_plain(item) for item in cell] if isinstance(cell, np.ndarray) else cell


def read_json(path: Path) -> Any:
    _need(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise refuse(f"{path} can't be read ({error})", "JSON in UTF-8", "writing it again") from None


def write_model(model: Pipeline, path: Path) -> None:
    """A skops file whose bytes depend on the model alone: skops names objects by their address and dates its files by the clock."""
    import skops.io  # takes a second, which commands without a model need not wait for

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as source:
        contents = {name: source.read(name) for name in source.namelist()}
    schema, names = _renumbered(json.loads(contents.pop("schema.json")))
    contents = {names[name]: content for name, content in contents.items()}
    contents["schema.json"] = json.dumps(schema).encode("utf-8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name in sorted(contents):
            target.writestr(zipfile.ZipInfo(name), contents[name], zipfile.ZIP_DEFLATED)
    write_bytes(packed.getvalue(), path)


def _renumbered(schema: Any) -> tuple[Any, dict[str, str]]:
    """A skops schema whose nodes are numbered in their order, and the new name of each of its files.

    skops numbers objects by address, and small ones may share one by chance; only a CachedNode refers to the number of another node.
    """
    numbers: dict[int, int] = {}
    names: dict[str, str] = {}
    count = itertools.count(1)

    def visit(node: Any) -> Any:
        if isinstance(node, list):
            return [visit(item) for item in node]
        if not isinstance(node, dict):
            return node
        number = node.get("__id__")
        if isinstance(number, int):
            if node.get("__loader__") != "CachedNode":
                numbers[number] = next(count)
            node = {**node, "__id__": numbers[number]}
            if isinstance(node.get("file"), str):
                ending = node["file"].partition(".")[2]
                node["file"] = names.setdefault(node["file"], f"{numbers[number]}.{ending}")
        return {key: visit(item) for key, item in node.items() if key != "_stop_words_id"}  # an address that scikit-learn keeps

    return visit(schema), names


def read_model(path: Path, trusted: list[str]) -> Pipeline:
    """A model stored with skops. Only scikit-learn, NumPy, SciPy and `trusted` types load; anything else is refused unrun."""
    import skops.io

    _need(path)
    try:
        unknown = [name for name in skops.io.get_untrusted_types(file=path) if name not in trusted]
        if unknown:
            raise refuse(f"{path} holds types {listing(unknown)}", "models that stance wrote", "train it again")
        return skops.io.load(path, trusted=trusted)
    except StanceError:
        raise
    except Exception as error:  # a damaged or foreign archive fails in many ways; each is bad input
        raise refuse(f"{path} is not a readable model ({type(error).__name__})", "skops files", "train it again") from None


def _need(path: Path) -> None:
    if not path.is_file():
        raise refuse(f"no file {path}", "a file that is there", "its name again, or dvc repro if a stage writes it")
