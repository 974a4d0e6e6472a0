"""Writing and reading: atomic, rounded, the same bytes each time, and unreadable files refused."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline

from stance import files
from stance.errors import StanceError
from stance.models import TRUSTED
from stance.records import CODED, PREDICTIONS, STATEMENTS, check, empty


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    files.write_text("old", path)
    with pytest.raises(RuntimeError), files.atomic(path) as draft:
        draft.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_a_pipe_and_a_folder_stay_what_they_are(tmp_path: Path) -> None:
    real, link, pipe = (tmp_path / name for name in ("real.txt", "link.txt", "pipe"))
    real.write_text("old")
    link.symlink_to(real)
    files.write_text("new", link)
    assert link.is_symlink() and real.read_text() == "new"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.write_text("through", pipe)
    assert os.read(reader, 100) == b"through" and pipe.is_fifo()
    os.close(reader)
    with pytest.raises(StanceError, match="is a folder"):
        files.write_text("new", tmp_path)


def test_tables_keep_lists_and_text(tmp_path: Path) -> None:
    rows = pd.DataFrame({"spans": [[[0, 3], [5, 9]], []], "text": ["a\r\nb", ""]})
    files.write_table(rows, tmp_path / "t.parquet")
    back = files.read_table(tmp_path / "t.parquet")
    assert back["spans"].tolist() == rows["spans"].tolist()
    assert back["text"].tolist() == rows["text"].tolist()


def test_tables_without_rows_keep_their_kinds(tmp_path: Path) -> None:
    for schema in (CODED, STATEMENTS, PREDICTIONS):
        files.write_table(empty(schema), tmp_path / "t.parquet")
        assert check(files.read_table(tmp_path / "t.parquet"), schema).empty


@given(
    st.recursive(
        st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_rounding_twice_is_rounding_once(value: object) -> None:
    once = files.round_numbers(value)
    assert files.round_numbers(once) == once


def test_last_bits_never_show(tmp_path: Path) -> None:
    one, other = {"x": 0.1 + 0.2, "y": np.float64(1e-17)}, {"x": 0.3, "y": -1e-17}
    files.write_json(one, tmp_path / "1.json")
    files.write_json(other, tmp_path / "2.json")
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()


def test_csv_rounds_and_spells_lists_as_json(tmp_path: Path) -> None:
    files.write_csv(pd.DataFrame({"p": [0.12345, np.nan], "set": [["a", "b"], []]}), tmp_path / "t.csv")
    back = files.read_csv(tmp_path / "t.csv")
    assert back["p"].tolist() == ["0.123", ""]
    assert json.loads(back["set"][0]) == ["a", "b"]


def test_documents_held_out_are_those_of_the_file_or_none(tmp_path: Path) -> None:
    files.write_csv(pd.DataFrame({"doc_id": ["b", "a"]}), tmp_path / "held_out.csv")
    assert files.read_held_out(str(tmp_path / "held_out.csv")) == {"a", "b"}
    assert files.read_held_out("") == frozenset()


def fitted() -> Pipeline:
    return Pipeline([("classify", DummyClassifier(strategy="prior"))]).fit([[0], [1]], ["a", "b"])


def test_models_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    files.write_model(fitted(), tmp_path / "1.skops")
    files.write_model(fitted(), tmp_path / "2.skops")
    assert (tmp_path / "1.skops").read_bytes() == (tmp_path / "2.skops").read_bytes()
    assert files.read_model(tmp_path / "1.skops", TRUSTED).predict([[0]]) == ["a"]


def test_a_model_with_foreign_types_is_refused_unrun(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    files.write_model(fitted(), path)
    with zipfile.ZipFile(path) as archive:
        schema = archive.read("schema.json").decode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "schema.json",
            schema.replace('"__module__": "sklearn.dummy"', '"__module__": "os.path"').replace("DummyClassifier", "exists"),
        )
    with pytest.raises(StanceError):
        files.read_model(path, TRUSTED)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x80\x04pickle"], ids=["empty", "broken zip", "pickle"])
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    path.write_bytes(content)
    with pytest.raises(StanceError, match="not a readable model"):
        files.read_model(path, TRUSTED)


def test_missing_files_are_named(tmp_path: Path) -> None:
    for read in (files.read_table, files.read_json, files.read_csv):
        with pytest.raises(StanceError, match="gone"):
            read(tmp_path / "gone")


def test_damaged_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_text("{broken", encoding="utf-8")
    for read in (files.read_table, files.read_json):
        with pytest.raises(StanceError, match="rows can't be read"):
            read(path)


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a"}\n\n[1]\n', encoding="utf-8")
    with pytest.raises(StanceError, match="line 3"):
        list(files.read_jsonl(str(path)))
