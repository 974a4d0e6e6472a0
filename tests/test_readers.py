"""What readers make of users' files: encodings, odd tables, hostile folders. What comes of it is in test_ingest.py."""

import json
import os
import random
from pathlib import Path

import pandas as pd
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reading import read, reasons
from stance.decoding import Unreadable, decode
from stance.ingest import iso_date
from stance.params import Ingest
from stance.raw import RawDocument, SetAside
from stance.readers import front_matter, read_paths
from stance.records import DOCUMENTS, check

NEWS = "The ministry said on Monday that the ferry would sail again. "
NAMES = "The captains from São Paulo met Señor Peña at the harbour and didn’t speak of “prices”, officials said on Monday."
RUSSIAN = "Капитан сказал, что паром завтра снова пойдёт на остров, а порт останется открытым до осени."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(NAMES, "cp1252", id="Western, though Central European would do as well"),
        pytest.param(RUSSIAN, "cp1251", id="Russian of Windows"),
        pytest.param(RUSSIAN, "koi8_r", id="Russian of Unix"),
    ],
)
def test_an_encoding_is_guessed_and_the_guess_told(text: str, encoding: str, tmp_path: Path) -> None:
    assert decode(text.encode(encoding)) == (text, f"read as {encoding}, a guess")
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    result = read(tmp_path)
    assert result.notices["source"].tolist() == ["a.txt"]
    assert encoding in result.notices["detail"][0]


def test_a_guess_about_a_large_text_is_as_good() -> None:
    text = NEWS * 200_000 + NAMES * 3
    assert decode(text.encode("cp1252")) == (text, "read as cp1252, a guess")


@pytest.mark.parametrize("text", ["[" * 3000, "a: *b", "a: [", "- a"])
def test_hostile_front_matter_is_text(text: str) -> None:
    assert front_matter(f"---\n{text}\n---\nText.") == ({}, 0)


@pytest.mark.parametrize("text", ["a: !!timestamp x", "a: !!python/object/apply:os.getcwd []", "a: &a [*a]\n<<: *a"])
def test_tags_and_references_of_front_matter_do_nothing(text: str) -> None:
    assert front_matter(f"---\n{text}\n---\nText.")[0] == {}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff" * 50, id="lone 0xff"),
        pytest.param(b"The port stays \xff\xff open, the ministry said. " * 3, id="0xff among English"),
        pytest.param(random.Random(1).randbytes(600).replace(b"\0", b"\x80"), id="noise"),
        pytest.param((NAMES * 5).encode()[:-4] + b"\xff and on", id="UTF-8 with one damaged place"),
        pytest.param(b"\xff\xfe" + b"\xfa\x00\x81\x8d\xff\xfe" * 30, id="noise behind a mark of UTF-16"),
        pytest.param(b"caf\xe9", id="too short to tell"),
    ],
)
def test_what_is_no_sure_text_is_not_decodable(content: bytes) -> None:
    with pytest.raises(Unreadable, match="not decodable"):
        decode(content)


@settings(max_examples=80)
@given(text=st.text(max_size=300))
def test_utf8_is_never_taken_for_something_else(text: str) -> None:
    if "\0" not in text:
        assert decode(text.encode()) == (text.removeprefix("\ufeff"), "")


@settings(max_examples=80)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_text_or_unreadable(content: bytes) -> None:
    try:
        text, _ = decode(content)
    except Unreadable:
        return
    text.encode("utf-8")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=300), ending=st.sampled_from(["html", "pdf", "jsonl", "csv", "parquet", "md"]))
def test_no_file_raises(content: bytes, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(content)
    for item in read_paths([path], params=Ingest()):
        assert isinstance(item, RawDocument | SetAside)


def test_html_of_a_declared_encoding(tmp_path: Path) -> None:
    page = f"<html><head><meta charset='koi8-r'></head><body><article>{f'<p>{RUSSIAN}</p>' * 3}</article></body></html>"
    (tmp_path / "a.html").write_bytes(page.encode("koi8-r"))
    result = read(tmp_path)
    assert RUSSIAN in result.rows["text"][0] and result.notices.empty


def test_a_damaged_date_does_not_cost_the_text_of_a_pdf(tmp_path: Path) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure = pyplot.figure()
    figure.text(0.1, 0.5, "The ferry will sail again.")
    figure.savefig(tmp_path / "plain.pdf")
    pyplot.close(figure)
    writer = pypdf.PdfWriter(clone_from=tmp_path / "plain.pdf")
    writer.add_metadata({"/Title": "Ferry", "/CreationDate": "D:last week"})
    (tmp_path / "plain.pdf").unlink()
    writer.write(tmp_path / "a.pdf")
    (row,) = read(tmp_path).rows.to_dict("records")
    assert "ferry will sail" in row["text"] and (row["title"], row["published"]) == ("Ferry", "")


@pytest.mark.parametrize("cell", ["One.\r\nTwo.", "One.\rTwo.", ' "One" ', "NA", "\ufeffOne.", "One.\u2028Two."])
def test_cells_of_csv_stay_as_they_are(cell: str, tmp_path: Path) -> None:
    quoted = cell.replace('"', '""')
    (tmp_path / "a.csv").write_bytes(f'title,text\nnull,"{quoted}"\n'.encode())
    (row,) = read(tmp_path).rows.to_dict("records")
    assert (row["text"], row["title"], row["source"]) == (cell, "null", "a.csv#1")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_tables_in_other_encodings(encoding: str, ending: str, tmp_path: Path) -> None:
    lines = {
        "csv": f'outlet,text\nPeña,"{NAMES}"\n',
        "jsonl": json.dumps({"outlet": "Peña", "text": NAMES}, ensure_ascii=False),
    }
    (tmp_path / f"a.{ending}").write_bytes(lines[ending].encode(encoding))
    (row,) = read(tmp_path).rows.to_dict("records")
    assert (row["text"], row["outlet"]) == (NAMES, "Peña")


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_one_row_that_is_not_utf8_is_set_aside_alone(ending: str, tmp_path: Path) -> None:
    texts = [NAMES.encode(), b"The ferry \xff\x81 sails.", "Zwölf Schiffe.".encode()]
    row = {"csv": b'"%s"', "jsonl": b'{"text": "%s"}'}[ending]
    lines = [row % text for text in texts]
    (tmp_path / f"a.{ending}").write_bytes(b"\n".join([b"text", *lines] if ending == "csv" else lines))
    result = read(tmp_path)
    assert result.rows["text"].tolist() == [NAMES, "Zwölf Schiffe."]
    assert reasons(result) == {f"a.{ending}#2": "not decodable"}


def test_a_nul_costs_its_row_alone(tmp_path: Path) -> None:
    rows = [NEWS, f"Torn.{chr(0)} {NEWS}", f"Third. {NEWS}"]
    (tmp_path / "t.csv").write_text(
        "title,text\n" + "".join(f"T,{row}\n" for row in rows) + f"T{chr(0)},Fourth. {NEWS}\n", encoding="utf-8"
    )
    result = read(tmp_path)
    assert result.rows["text"].tolist() == rows[::2]
    assert result.set_aside[["source", "detail"]].to_numpy().tolist() == [["t.csv#2", "a NUL character"], ["t.csv#4", "a NUL character"]]


def test_a_nul_in_a_short_table_costs_its_row_alone(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"text\nThe ferry sails.\nIt\0 stops.\n")
    assert read(tmp_path).rows["text"].tolist() == ["The ferry sails."]


def test_a_csv_row_longer_than_the_header_is_no_shifted_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("doc_id,text\n1,The ferry sails.,extra\n2,It stops.\n3\n", encoding="utf-8")
    result = read(tmp_path)
    assert result.rows["doc_id"].tolist() == ["2"]
    assert reasons(result) == {"a.csv#1": "broken row", "a.csv#3": "broken row"}


def test_a_broken_csv_row_costs_no_other(tmp_path: Path) -> None:
    lines = ["text", '"They said "no" twice"', '"The ferry sails."', '"It stops.', "It never closes.", '"They sail."']
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    result = read(tmp_path)
    assert result.rows["text"].tolist() == ["The ferry sails.", "It never closes.", "They sail."]
    assert reasons(result) == {"a.csv#1": "broken row", "a.csv#3": "broken row"}


def test_an_open_quote_costs_one_line(tmp_path: Path) -> None:
    rows = [f"{n},Ship {n}." for n in range(2, 500)]
    (tmp_path / "a.csv").write_text("\n".join(["doc_id,text", '1,"Ship one.', *rows]), encoding="utf-8")
    result = read(tmp_path)
    assert len(result.rows) == 498 and reasons(result) == {"a.csv#1": "broken row"}


def test_parts_of_a_broken_row_are_no_documents(tmp_path: Path) -> None:
    lines = ["text,outlet", '"He said "no" and left.', "", "The port stays open.", 'It rained.",BBC', '"Fine.",Post', "It snowed.,Post"]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    result = read(tmp_path)
    assert result.rows["text"].tolist() == ["Fine.", "It snowed."] and len(result.set_aside) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("title;text\nA;Ship one.\n", ["title;text", "commas"], id="semicolons"),
        pytest.param("text,title,Title\nShip one.,A,B\n", ["title"], id="doubled"),
    ],
)
def test_why_a_table_is_not_read(content: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    assert all(word in read(tmp_path).set_aside["detail"][0] for word in words)


def test_the_first_text_of_a_row_is_read(tmp_path: Path) -> None:
    rows = [{"text": "", "body": "Ship one."}, {"text": None, "content": "Ship two."}, {"text": 42}, {"text": " "}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = read(tmp_path)
    assert result.rows["text"].tolist() == ["Ship one.", "Ship two."]
    assert reasons(result) == {"a.jsonl#3": "text is no string", "a.jsonl#4": "empty"}


def test_metadata_that_are_not_understood_are_told(tmp_path: Path) -> None:
    row = {"text": NEWS, "side": "USA", "date": "21.01.22", "genre": "speech"}
    rows = [row, row | {"text": f"{NEWS} Again.", "side": "us", "date": "2022", "genre": "News"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = read(tmp_path)
    assert result.rows["side"].tolist() == ["", "US"]
    assert result.notices["reason"].tolist() == ["side not read", "published not read", "genre not read"]
    assert "'USA'" in result.notices["detail"][0]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_without_rows_is_said_to_be_empty(ending: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": pd.Series(dtype=str)})
    frame.to_csv(tmp_path / "a.csv", index=False) if ending == "csv" else frame.to_parquet(tmp_path / "a.parquet")
    assert reasons(read(tmp_path)) == {f"a.{ending}": "empty"}


@pytest.mark.parametrize("head", ["---\ntitle: [Ferry\n---\n", "---\ntitle: Ferry\n\n", "\n---\ntitle: Ferry\n---\n"])
def test_front_matter_that_is_not_read_is_told(head: str, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(head + NEWS, encoding="utf-8")
    result = read(tmp_path)
    assert len(result.rows) == 1
    assert result.notices["reason"].tolist() == ["front matter not read"]


def test_front_matter_is_text_and_may_be_empty_or_end_in_dots(tmp_path: Path) -> None:
    assert front_matter("---\nid: 007\ntitle: No\n---\nText.") == ({"doc_id": "007", "title": "No"}, 26)
    assert front_matter("---\n---\nText.") == ({}, 8) and front_matter("---\ntitle: A\n...\nText.") == ({"title": "A"}, 17)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_without_text_column_is_one_entry(ending: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"words": ["One.", "Two."]})
    frame.to_csv(tmp_path / "a.csv", index=False) if ending == "csv" else frame.to_parquet(tmp_path / "a.parquet")
    assert reasons(read(tmp_path)) == {f"a.{ending}": "no text column"}


def test_numbers_and_missing_cells_of_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": [7, 8],
            "text": [NEWS, None],
            "outlet": [float("nan"), 1.5],
            "date": pd.to_datetime(["2022-01-21", None]),
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    result = read(tmp_path)
    (row,) = result.rows.to_dict("records")
    assert (row["doc_id"], row["outlet"], row["published"]) == ("7", "", "2022-01-21")
    assert reasons(result) == {"a.parquet#2": "empty"}


def test_one_text_of_a_table_may_be_too_large_but_not_the_table(tmp_path: Path) -> None:
    texts = [NEWS * 5, NEWS * 30_000, NEWS * 6, *(f"Ship {n} sails. " + NEWS for n in range(60))]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
    (tmp_path / "b.csv").write_text("text\n" + "\n".join(texts[::-1]), encoding="utf-8")
    result = read(tmp_path / "a.jsonl", max_mb=0.003)
    assert (len(result.rows), reasons(result)) == (62, {"a.jsonl#2": "too large"})
    assert reasons(read(tmp_path / "b.csv", max_mb=0.003)) == {"b.csv#62": "too large"}


def test_a_text_is_measured_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 2000)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("read"))
    assert reasons(read(tmp_path, max_mb=0.001)) == {"a.txt": "too large"}


def test_what_may_not_be_read_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(NEWS, encoding="utf-8")

    def refused(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert read(tmp_path).set_aside.to_dict("records") == [{"source": "a.txt", "reason": "not readable", "detail": "Permission denied"}]


def test_hidden_files_and_folders_are_counted(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    for name in (".cache/a.txt", ".b.txt", "c.txt"):
        (tmp_path / name).write_text(f"{NEWS}{name}", encoding="utf-8")
    result = read(tmp_path)
    assert result.rows["source"].tolist() == ["c.txt"]
    assert reasons(result) == {".b.txt": "hidden", ".cache": "hidden"}


def test_links_are_told_apart_and_loops_end(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "outside.txt").write_text(NEWS, encoding="utf-8")
    (folder / "a.txt").write_text(NEWS, encoding="utf-8")
    targets = {
        "inside.txt": folder / "a.txt",
        "loop": folder,
        "self.txt": folder / "self.txt",
        "out.txt": tmp_path / "outside.txt",
    }
    for name, target in targets.items():
        (folder / name).symlink_to(target)
    result = read(folder)
    assert result.rows["source"].tolist() == ["a.txt"]
    assert reasons(result) == {
        "inside.txt": "link to another file of the folder",
        "loop": "link to another file of the folder",
        "out.txt": "link that leads out of the folder",
        "self.txt": "broken link",
    }


def test_a_link_that_is_named_itself_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NEWS, encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link.txt").symlink_to(tmp_path / "a.txt")
    assert read(tmp_path / "folder" / "link.txt").rows["source"].tolist() == ["link.txt"]


def test_pipes_and_odd_names(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))).write_text(NEWS, encoding="utf-8")
    result = read(tmp_path)
    assert result.rows["source"].tolist() == ["\ufffd.txt"]
    assert reasons(result) == {"pipe.txt": "not a regular file"}


def test_several_paths_of_which_one_is_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(f"{NEWS}{name}", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "one")
    assert read(Path(), tmp_path / "two", Path("a.txt")).rows["source"].tolist() == ["one/a.txt", "two/a.txt"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for name in ("x/one", "y/one", "y/two"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.txt").write_text(f"{name}: {NEWS}", encoding="utf-8")
    found = [raw.source for raw in read_paths([tmp_path / name / "a.txt" for name in ("x/one", "y/one", "y/two")], params=Ingest())]
    assert found == ["a.txt", "one/a.txt", "two/a.txt"]  # the first as if it came alone, and so is its id
    folders = [raw.source for raw in read_paths([tmp_path / "x/one", tmp_path / "y/one"], params=Ingest())]
    assert folders == ["one/a.txt", "y/one/a.txt"]
    assert [raw.source for raw in read_paths([tmp_path / "x/one", tmp_path / "x/../x/one"], params=Ingest())] == ["one/a.txt"] * 2


def test_the_same_text_under_the_same_id_is_a_duplicate(tmp_path: Path) -> None:
    rows = [
        {"id": "x", "text": "One."},
        {"id": "x", "text": "One."},
        {"id": "x", "text": "Two."},
        {"id": "y", "text": "One."},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = read(tmp_path)
    assert result.rows["doc_id"].tolist() == ["x"]
    assert [*reasons(result).values()] == ["duplicate", "doc_id already used", "same text as another document"]


@pytest.mark.parametrize("near_copy", [0.01, 0.5, 0.8, 0.95, 1])
def test_copies_are_linked_at_any_threshold(near_copy: float, tmp_path: Path) -> None:
    rows = [{"id": "b", "date": "2022-02", "text": NEWS * 3}, {"id": "a", "date": "2022", "text": NEWS.upper() * 3}]
    rows += [{"id": "c", "text": "!!!"}, {"id": "d", "text": "???"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert read(tmp_path, near_copy=near_copy).rows["copy_of"].tolist() == ["a", "", "", ""]


def test_most_copies_just_above_the_threshold_are_found(tmp_path: Path) -> None:
    draw = random.Random(5)
    texts = []
    for _ in range(60):  # 200 words of which the last 15 are others: similarity 181 / 211 = 0.86
        words = [f"w{draw.randrange(10**9)}" for _ in range(215)]
        texts += [" ".join(words[:200]), " ".join(words[:185] + words[200:])]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
    assert (read(tmp_path, near_copy=0.8).rows["copy_of"] != "").sum() >= 50


def test_front_matter_does_not_hide_a_copy(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\ntitle: Ferry\noutlet: Valley Post\ndate: 2022-01-22\n---\n{NEWS}", encoding="utf-8")
    (tmp_path / "b.txt").write_text(NEWS, encoding="utf-8")
    rows = read(tmp_path, near_copy=1).rows.set_index("source")
    assert rows.loc["b.txt", "copy_of"] == rows.loc["a.md", "doc_id"]


def test_nothing_gives_checked_tables(tmp_path: Path) -> None:
    result = read(tmp_path)
    assert check(result.rows, DOCUMENTS).empty
    assert list(result.set_aside) == list(result.notices) == ["source", "reason", "detail"]


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("January 2022", "2022-01"),
        ("21 January 2022", "2022-01-21"),
        ("Fri, 21 Jan 2022 23:30:00 -0500", "2022-01-21"),
        ("2022/3/4", "2022-03-04"),
        ("20220304", "2022-03-04"),
        ("20220105T090000Z", "2022-01-05"),
        ("13/04/2022", "2022-04-13"),
        ("03/04/2022", "2022"),
        ("2022-02-30", ""),
        ("Friday", ""),
        ("12:30", ""),
        ("1642723200", ""),
        ("0000", ""),
    ],
)
def test_a_date_is_as_precise_as_it_was_given(words: str, iso: str) -> None:
    assert iso_date(words) == iso
