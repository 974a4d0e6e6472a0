"""Files of all kinds to documents: texts as they came, metadata, copies, and everything unreadable set aside with its reason."""

import json
import os
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reading import read, reasons
from stance.errors import StanceError
from stance.ingest import iso_date
from stance.readers import front_matter
from stance.transcripts import looks_like_transcript

GOOD = "The ministry said on Tuesday that the ferry would sail again.\n"


def pdf(path: Path, words: str) -> None:
    figure = plt.figure()
    figure.text(0.1, 0.5, words)
    figure.savefig(path, format="pdf")
    plt.close(figure)


UNREADABLE = {
    "empty.txt": (b"", "empty"),
    "blank.txt": (b" \r\n\t\n", "empty"),
    "binary.txt": (bytes(range(256)) * 10, "binary, not text"),
    "invalid.txt": (b"\xff\xfe\xfa\x00\x81\x8d\xd8" * 30, "not decodable"),
    "noise.txt": (b"\x81\x8d\x8f\x90\x9d" * 40, "not decodable"),
    "large.txt": (b"The ferry sails. " * 20_000, "too large"),
    "broken.pdf": (b"%PDF-1.7 broken", "broken PDF"),
    "page.html": (b"<html><body><script>menu()</script></body></html>", "no article text in the page"),
    "table.parquet": (b"PAR1 broken", "broken Parquet file"),
    "table.csv": (b'text,title\n"never closed', "broken row"),
    "image.png": (b"\x89PNG", "unknown kind of file"),
    "surrogate.jsonl": (b'{"text": "half a pair \\ud800"}', "not decodable"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_set_aside_beside_what_can(name: str, tmp_path: Path) -> None:
    content, reason = UNREADABLE[name]
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.txt").write_text(GOOD, encoding="utf-8")
    result = read(tmp_path, max_mb=0.1)
    assert result.rows["source"].tolist() == ["good.txt"]
    assert [*reasons(result).values()] == [reason]


def test_encrypted_and_wordless_pdfs(tmp_path: Path) -> None:
    pdf(tmp_path / "good.pdf", "The ferry will sail again.")
    writer = pypdf.PdfWriter(clone_from=tmp_path / "good.pdf")
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    pdf(tmp_path / "wordless.pdf", "")
    result = read(tmp_path)
    assert result.rows["source"].tolist() == ["good.pdf"] and "The ferry will sail again." in result.rows["text"][0]
    assert reasons(result) == {"locked.pdf": "encrypted PDF", "wordless.pdf": "no text in the PDF"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param(b"One.\r\nTwo.\r\n", "One.\r\nTwo.\r\n", id="CRLF stays"),
        pytest.param(b"One.\rTwo.", "One.\rTwo.", id="CR stays"),
        pytest.param(b"  One. \n\n", "  One. \n\n", id="nothing is stripped"),
        pytest.param(b"\xef\xbb\xbfOne.", "One.", id="mark of UTF-8"),
        pytest.param("Zwölf.".encode("utf-16"), "Zwölf.", id="UTF-16"),
        pytest.param(
            "The minister’s café in Genève was closed on Monday.".encode("cp1252"),
            "The minister’s café in Genève was closed on Monday.",
            id="cp1252",
        ),
    ],
)
def test_texts_are_stored_as_they_came(content: bytes, text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    assert read(tmp_path).rows["text"].tolist() == [text]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_comes_back_unchanged_or_is_set_aside(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode("utf-8"))
    result = read(tmp_path)
    assert len(result.rows) + len(result.set_aside) == 1
    if len(result.rows):
        assert result.rows["text"][0] == text.removeprefix("\ufeff")


def test_front_matter_is_metadata_and_the_text_stays_whole(tmp_path: Path) -> None:
    text = f"---\r\ntitle: Ferry\r\ndate: 2022-01-21\r\npublisher: Valley Post\r\n---\r\n{GOOD}"
    (tmp_path / "a.md").write_bytes(text.encode())
    (row,) = read(tmp_path).rows.to_dict("records")
    assert (row["title"], row["published"], row["outlet"], row["text"]) == ("Ferry", "2022-01-21", "Valley Post", text)
    assert text[row["body_start"] :] == GOOD


@pytest.mark.parametrize(
    "text",
    [
        "--- a dash\n",
        "---\nnever closed\n",
        "---\n- a list\n---\nText",
        "---\n{broken: [\n---\nText",
        "---\n2022-13-45: x\n: :\n---\nText",
    ],
)
def test_what_is_no_front_matter_is_text(text: str) -> None:
    assert front_matter(text) == ({}, 0)


ROWS = [
    {
        "doc_id": "own-1",
        "text": "The ferry will sail.\r\n",
        "date": "2022-01-21",
        "publisher": "Valley Post",
        "side": "RUS",
        "speaker": "The Captain",
    },
    {"doc_id": "own-2", "text": "The bridge is closed.", "date": "2022", "publisher": "", "side": "FRA", "speaker": ""},
]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_tables_keep_their_ids_and_metadata(kind: str, tmp_path: Path) -> None:
    frame, path = pd.DataFrame(ROWS), tmp_path / f"table.{kind}"
    if kind == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    elif kind == "csv":
        frame.to_csv(path, index=False, lineterminator="\n")
    else:
        frame.to_parquet(path)
    rows = read(path).rows
    assert rows["doc_id"].tolist() == ["own-1", "own-2"]
    assert rows["text"].tolist() == [row["text"] for row in ROWS]
    assert rows["published"].tolist() == ["2022-01-21", "2022"]
    assert rows["side"].tolist() == ["RUS", ""]
    assert rows["genre"].tolist() == ["transcript", "news"]


def test_bad_rows_of_a_table_do_not_stop_the_good_ones(tmp_path: Path) -> None:
    lines = [
        '{"text": "One fish."}',
        "not json",
        "[1]",
        '{"title": "no text"}',
        '{"text": ""}',
        '{"text": 5}',
        '{"text": "Two fish."}',
        "[" * 5000,
    ]
    (tmp_path / "t.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = read(tmp_path)
    assert result.rows["text"].tolist() == ["One fish.", "Two fish."]
    assert reasons(result) == {
        "t.jsonl#2": "not JSON",
        "t.jsonl#3": "not a JSON object",
        "t.jsonl#4": "no text column",
        "t.jsonl#5": "empty",
        "t.jsonl#6": "text is no string",
        "t.jsonl#8": "not JSON",
    }


def test_html_is_converted_with_its_metadata(tmp_path: Path) -> None:
    paragraph = "<p>The ministry said on Tuesday that the ferry to the northern island would sail again from next week.</p>"
    head = "<head><title>Ferry sails</title><meta property='article:published_time' content='2022-01-21'></head>"
    page = f"<html>{head}<body><article>{paragraph * 4}</article></body></html>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (row,) = read(tmp_path).rows.to_dict("records")
    assert "would sail again" in row["text"] and "<p>" not in row["text"]
    assert (row["title"], row["published"]) == ("Ferry sails", "2022-01-21")


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (outside / "secret.txt").write_text(GOOD, encoding="utf-8")
    (folder / "a.txt").write_text(GOOD, encoding="utf-8")
    (folder / "file.txt").symlink_to(outside / "secret.txt")
    (folder / "deep").symlink_to(outside, target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    result = read(folder)
    assert result.rows["source"].tolist() == ["a.txt"]
    assert reasons(result)["file.txt"] == reasons(result)["deep"] == "link that leads out of the folder"


def test_exact_copies_are_set_aside_and_ids_are_used_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "c.jsonl").write_text('{"id": "x", "text": "One."}\n{"id": "x", "text": "Two."}', encoding="utf-8")
    result = read(tmp_path)
    assert len(result.rows) == 2
    assert reasons(result) == {"b.txt": "same text as another document", "c.jsonl#2": "doc_id already used"}


def test_near_copies_are_linked_to_the_earliest(tmp_path: Path) -> None:
    story = " ".join(
        f"The {word} ferry sailed to island number {n} with goods." for n, word in enumerate(["red", "old", "new", "big", "slow"] * 8)
    )
    rows = [
        {"doc_id": "late", "date": "2022-03-02", "text": story + " Agency."},
        {"doc_id": "early", "date": "2022-03-01", "text": story},
    ]
    rows.append(
        {
            "doc_id": "other",
            "date": "2022-02-01",
            "text": "Another story altogether, about a bridge and the wind that closed it on Monday.",
        }
    )
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = read(tmp_path).rows.set_index("doc_id")["copy_of"].to_dict()
    assert found == {"late": "early", "early": "", "other": ""}


def test_order_and_ids_do_not_depend_on_when_files_were_made(tmp_path: Path) -> None:
    names = ["b.txt", "a.txt", "c/d.txt"]
    results = []
    for order in (names, names[::-1]):
        folder = tmp_path / str(len(results))
        for name in order:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(f"Text of {name}.", encoding="utf-8")
        results.append(read(folder).rows)
    pd.testing.assert_frame_equal(*results)


def test_several_folders_keep_their_names_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(f"Text of {name}.", encoding="utf-8")
    assert read(tmp_path / "one", tmp_path / "two").rows["source"].tolist() == ["one/a.txt", "two/a.txt"]


def test_hidden_files_are_not_read_and_missing_paths_are_refused(tmp_path: Path) -> None:
    (tmp_path / ".hidden.txt").write_text(GOOD, encoding="utf-8")
    assert read(tmp_path).rows.empty
    with pytest.raises(StanceError, match="no file or folder"):
        read(tmp_path / "gone")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    assert reasons(read(tmp_path)) == {"a.txt": "not readable"}


@pytest.mark.parametrize(
    ("given_date", "iso"),
    [
        ("2022-01-21", "2022-01-21"),
        ("2022-01", "2022-01"),
        ("2022", "2022"),
        ("2022-01-21T08:00:00Z", "2022-01-21"),
        ("January 21, 2022", "2022-01-21"),
        ("2022-13-45", ""),
        ("yesterday-ish", ""),
        ("", ""),
        ("99999999", ""),
    ],
)
def test_dates(given_date: str, iso: str) -> None:
    assert iso_date(given_date) == iso


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("MS. PSAKI:  Good day.\n\nQ    Thank you.\n\nMS. PSAKI:  Yes.\n", True, id="briefing"),
        pytest.param("Vladimir Putin: Good day.\nQuestion: Thank you.\nVladimir Putin: Yes.\n", True, id="press conference"),
        pytest.param("The ministry said: nothing.\nWe asked: why?\nNote: end.\n", False, id="news with colons"),
        pytest.param(GOOD * 5, False, id="news"),
    ],
)
def test_transcripts_are_told_by_their_tags(text: str, expected: bool) -> None:
    assert looks_like_transcript(text) is expected
