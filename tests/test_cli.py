"""The command from end to end: a hostile folder, one-shot analysis, classification of rows, and one line for every bad input."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from conftest import ROOT
from labelled import featured
from stance import files
from stance.cli import app
from stance.codebook import ACTS
from stance.params import load_params
from stance.records import PREDICTIONS

ARTICLE = (
    "Sergey Lavrov said that Russia had no intention of closing the strait. “The United States will answer any attack on the port,” "
    "Antony Blinken said in Vienna. The US demands that the ships leave. Russia wants written guarantees.\n"
)


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One good article among what can't be read."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "good.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "invalid.txt").write_bytes(b"\xff\xfe\xfa\x00\x81\x8d" * 30)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    with (folder / "large.txt").open("w") as handle:
        for _ in range(50):
            handle.write("The ministry said that nothing had changed. " * 24_000)
    return folder


@pytest.fixture(scope="module")
def analysed(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("out") / "results"
    return out, run("analyze", hostile, "--out", out, "--format", "json")


def test_the_good_article_is_analysed_and_the_rest_listed(analysed: tuple[Path, Result]) -> None:
    out, result = analysed
    assert result.exit_code == 0, result.stderr
    for name in ("empty.txt", "binary.txt", "invalid.txt", "broken.pdf", "large.txt"):
        assert f"set aside: {name}" in result.stderr
        assert name in (out / "set_aside.csv").read_text(encoding="utf-8")
    assert "analyze: 1 documents -> 4 statements (4 US or Russian)" in result.stderr


def test_statements_have_the_documented_columns(analysed: tuple[Path, Result]) -> None:
    out, _ = analysed
    rows = [json.loads(line) for line in (out / "statements.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [list(row) for row in rows] == [list(PREDICTIONS.columns)] * 4
    assert (out / "statements.csv").read_text(encoding="utf-8").splitlines()[0].split(",") == list(PREDICTIONS.columns)
    assert sorted(row["side"] for row in rows) == ["RUS", "RUS", "US", "US"]
    for row in rows:
        assert " ".join(ARTICLE[start:end] for start, end in row["spans"]) == row["content"]
        assert sum(row[f"p_{act}"] for act in ACTS) == pytest.approx(1, abs=0.002)


def test_shares_are_printed_and_marked_uncorrected(analysed: tuple[Path, Result]) -> None:
    rows = json.loads(analysed[1].stdout)
    assert len(rows) == 2 * len(ACTS)
    assert {row["method"] for row in rows} == {"classifier count, uncorrected"}
    assert all(row["low"] is None for row in rows)


def test_figures_and_report_are_written(analysed: tuple[Path, Result]) -> None:
    out, _ = analysed
    for name in ("acts", "difference", "issues", "positions", "conditions", "flows"):
        for ending in ("png", "svg", "phone.png", "phone.svg", "csv", "alt.txt"):
            assert (out / "figures" / f"{name}.{ending}").stat().st_size > 20
    assert "<mark>Russia had no intention of closing the strait</mark>" in (out / "index.html").read_text(encoding="utf-8")


def test_the_same_input_gives_the_same_bytes(hostile: Path, analysed: tuple[Path, Result], tmp_path: Path) -> None:
    out, _ = analysed
    run("analyze", hostile, "--out", tmp_path)
    for path in sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file()):
        assert (tmp_path / path).read_bytes() == (out / path).read_bytes(), path


def test_a_table_is_printed_for_people(hostile: Path, tmp_path: Path) -> None:
    result = run("analyze", hostile / "good.txt", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert all(word in result.stdout for word in ("United States", "Russia", "warning", "uncorrected"))


def test_classify_adds_codes_and_keeps_the_rest(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        '{"id": 7, "words": "They must withdraw their troops."}\n{"id": 8, "words": "We met for an hour."}\n',
        encoding="utf-8",
    )
    result = run("classify", source, "--text-field", "words", "--out", target)
    assert result.exit_code == 0, result.stderr
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [7, 8]
    assert {"act", *(f"p_{act}" for act in ACTS), "issue", "stance"} <= set(rows[0])
    piped = run("classify", "-", "--text-field", "words", stdin=source.read_text(encoding="utf-8"))
    assert piped.stdout == target.read_text(encoding="utf-8")


def test_classify_tells_what_it_replaces_and_what_it_does_not_find(tmp_path: Path) -> None:
    row = '{"text": "They must withdraw.", "act": "mine", "headline": "Talks"}\n'
    result = run("classify", "-", stdin=row)
    assert result.exit_code == 0 and "notice: fields act of the rows" in result.stderr
    misspelt = run("classify", "-", "--title-field", "headlin", stdin=row)
    assert misspelt.exit_code == 1 and "'headlin'" in misspelt.stderr and "headline" in misspelt.stderr


def test_classify_leaves_numbers_of_the_rows_as_they_are(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "We will respond.", "latitude": 55.755826, "share": 1.2345678901234567e-12, "none": NaN}\n')
    row = json.loads(run("classify", source).stdout)
    assert (row["latitude"], row["share"], row["none"]) == (55.755826, 1.2345678901234567e-12, None)
    assert row["p_other"] == round(row["p_other"], 3)
    onto_itself = run("classify", source, "--out", source)
    assert onto_itself.exit_code == 1 and "is a file that is read" in onto_itself.stderr


def test_classify_reads_what_stands_before() -> None:
    row = {"text": "They have to stop at once."}
    places = [{}, {"title": "Hostages in Gaza", "before": "Hamas fires rockets at Israel from hospitals."}]
    result = run("classify", "-", stdin="".join(json.dumps(row | place) + "\n" for place in places))
    alone, placed = map(json.loads, result.stdout.splitlines())
    assert alone["p_issue"] != placed["p_issue"] and placed["issue"] == "middle_east"


def test_classify_replaces_half_characters() -> None:
    result = run("classify", "-", stdin='{"text": "We will \\ud83d respond"}\n')
    assert result.exit_code == 0 and json.loads(result.stdout)["text"] == "We will ? respond"


def test_classify_of_nothing_is_nothing() -> None:
    result = run("classify", "-", stdin="")
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        pytest.param(["analyze", "gone", "--out", "x"], None, ["gone"], id="no such path"),
        pytest.param(["explain", " "], None, ["no statement"], id="nothing to explain"),
        pytest.param(["explain", "x", "--target", "mood"], None, ["mood", "act, issue, stance"], id="unknown target"),
        pytest.param(["annotate", "next", "gone.jsonl", "--out", "x"], None, ["gone.jsonl"], id="no statements to choose from"),
        pytest.param(["analyze", "file.txt", "--out", "x", "--format", "xml"], None, ["xml", "table, json"], id="unknown format"),
        pytest.param(["analyze", ".", "--out", "file.txt"], None, ["file.txt is a file"], id="out is a file"),
        pytest.param(["analyze", "file.txt", "--out", "x", "--model", "."], None, ["no file", "chosen.json"], id="no model"),
        pytest.param(["analyze", ".", "--out", "x"], None, ["x lies in ., whose files are read"], id="out among the documents"),
        pytest.param(["analyze", "file.txt", "--out", "."], None, [". holds file.txt, which is read"], id="documents in out"),
        pytest.param(["classify", "-", "--out", "file.txt/x"], '{"text": "We warn."}\n', ["can't be written"], id="out below a file"),
        pytest.param(["annotate", "next", "file.txt", "--out", "file.txt"], None, ["is a file that is read"], id="a sheet over its input"),
        pytest.param(["label", "--out", "x.csv"], None, ["options without CODES"], id="nothing to read back"),
        pytest.param(["train-attribution", ".", "--out", "x", "--scores", "y"], None, ["--held-out"], id="nothing to score"),
        pytest.param(["cross-fit", "a.jsonl", "b.csv", "--out", "c.txt"], None, ["c.txt ends in '.txt'"], id="no table's name"),
        pytest.param(["classify", "-", "--out", "."], '{"text": "We warn."}\n', [". is a folder", "name of a file"], id="out is a folder"),
        pytest.param(["analyze", "nothing", "--out", "x"], None, ["no readable document"], id="nothing readable"),
        pytest.param(["classify", "-"], '{"txt": "a"}\n', ["'text'", "txt"], id="no text field"),
        pytest.param(["classify", "-"], "[]\n", ["line 1"], id="no object"),
        pytest.param(["classify", "gone.jsonl"], None, ["gone.jsonl"], id="no such file"),
        pytest.param(["extract"], None, ["params.yaml"], id="outside a checkout"),
        pytest.param(["train", "oracle"], None, ["train.parquet"], id="no training data"),
    ],
)
def test_bad_input_gets_one_line_and_loses_nothing(
    arguments: list[str], stdin: str | None, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("kept", encoding="utf-8")
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "blank.txt").write_text("", encoding="utf-8")
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 1
    *_, line = result.stderr.strip().splitlines()
    assert line.startswith("stance: ") and all(word in line for word in [*words, "allowed:", "Try:"])
    assert (tmp_path / "file.txt").read_text(encoding="utf-8") == "kept"


def test_the_example_of_the_readme_is_what_the_command_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("analyze", ROOT / "seeds", "--out", "results")
    assert result.stdout + result.stderr == (ROOT / "reports" / "example.txt").read_text(encoding="utf-8")


def test_no_progress_bar_when_piped(hostile: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "stance", "analyze", str(hostile / "good.txt"), "--out", str(tmp_path / "out")]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "%" not in result.stderr and "\x1b" not in result.stderr + result.stdout


def test_every_command_has_help_with_an_example() -> None:
    for name in app.registered_commands:
        command = str(name.callback.__name__).replace("_", "-") if name.callback else ""
        result = run(command, "-h")
        assert result.exit_code == 0 and "Example: stance" in result.stdout, command


def test_without_the_encoder_the_fast_classifier_is_used_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stance.console.installed", lambda: False)
    result = run("classify", "-", stdin='{"text": "We will respond."}\n')
    fast = files.read_json(ROOT / "data" / "model" / "chosen.json")["fast"]["act"]
    assert result.exit_code == 0
    assert "notice: stance[vectors] is not installed" in result.stderr and f"1 rows with {fast}" in result.stderr


def test_a_model_of_another_encoder_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data" / "model", tmp_path / "model")
    chosen = files.read_json(tmp_path / "model" / "chosen.json")
    files.write_json(chosen | {"fingerprint": "0"}, tmp_path / "model" / "chosen.json")
    row = '{"text": "We will respond."}\n'
    refused = run("classify", "-", "--model", tmp_path / "model", stdin=row)
    assert refused.exit_code == 1 and "another sentence encoder" in refused.stderr and "--fast" in refused.stderr
    assert run("classify", "-", "--model", tmp_path / "model", "--fast", stdin=row).exit_code == 0


def test_explain_names_the_features() -> None:
    result = run("explain", "If they cross the river, we will respond.", "--fast", "--most", "60")
    assert result.exit_code == 0, result.stderr
    assert "act: warning" in result.stdout and "respond" in result.stdout and "cross" in result.stdout


def test_the_way_from_a_queue_to_a_model_of_ones_own(
    analysed: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """annotate next → a filled sheet → retrain → classify, on a small part of the project's codes."""
    sheet = tmp_path / "sheet.csv"
    result = run("annotate", "next", analysed[0] / "statements.jsonl", "--size", 4, "--out", sheet)
    assert result.exit_code == 0 and "4 of 4 statements" in result.stderr
    rows = files.read_csv(sheet)
    assert (rows["act"] == "").all() and "p_other" not in rows
    files.write_csv(rows.assign(act="other"), sheet)
    files.write_table(pd.concat([featured(8, "corpus"), featured(4)], ignore_index=True), tmp_path / "featured.parquet")
    monkeypatch.chdir(ROOT)
    result = run("retrain", sheet, "--featured", tmp_path / "featured.parquet", "--out", tmp_path / "model")
    assert result.exit_code == 0, result.stderr
    assert "4 codes of yours and 144 of the project" in result.stderr
    result = run("classify", "-", "--model", tmp_path / "model", stdin='{"text": "the brigades must leave the valley"}\n')
    assert json.loads(result.stdout)["act"] == "demand"
    assert files.read_json(tmp_path / "model" / "chosen.json")["encoder"] == load_params(ROOT / "params.yaml").featurize.encoder
    result = run("annotate", "next", analysed[0] / "statements.jsonl", "--out", tmp_path / "next.csv", "--coded", sheet)
    assert "0 of 4 statements" in result.stderr
    files.write_csv(rows[["act"]], tmp_path / "no_ids.csv")
    result = run("annotate", "next", analysed[0] / "statements.jsonl", "--out", tmp_path / "next.csv", "--coded", tmp_path / "no_ids.csv")
    assert result.exit_code == 1 and "no_ids.csv lack columns statement_id" in result.stderr
