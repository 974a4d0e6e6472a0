"""From predictions to corrected shares through the commands: draw, code, read back, estimate; bad input ends in one line."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from frames import documents, predictions
from stance import files
from stance.cli import app
from stance.codebook import ACTS

CODES = [(side, act, issue) for side in ("US", "RUS") for act in ACTS for issue in ("iran", "energy")] * 25


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Predictions and documents of an invented text, and a sample of it."""
    folder = tmp_path_factory.mktemp("corpus")
    files.write_table(predictions(CODES), folder / "predictions.parquet")
    files.write_table(documents(len(CODES), published="2022-02-03"), folder / "documents.parquet")
    drawn = run("sample", folder / "predictions.parquet", folder / "documents.parquet", "--size", 200, "--out", folder / "coding")
    assert drawn.exit_code == 0, drawn.output
    return folder


def coded(corpus: Path, name: str, **change: str) -> Path:
    """The sheet as one coder fills it: as predicted, but for `change` (statement -> act)."""
    sheet = files.read_csv(corpus / "coding" / "sheet.csv")
    known = files.read_table(corpus / "predictions.parquet").set_index("statement_id").loc[sheet["statement_id"]]
    filled = sheet.assign(act=known["act"].to_numpy(), issue=known["issue"].to_numpy(), stance="unclear")
    filled["act"] = [change.get(name, act) for name, act in zip(filled["statement_id"], filled["act"], strict=True)]
    files.write_csv(filled, corpus / f"{name}.csv")
    return corpus / f"{name}.csv"


def label(corpus: Path, *sheets: Path, out: str = "labels.csv", **options: Path) -> Result:
    more = [part for name, value in options.items() for part in (f"--{name}", value)]
    return run("label", *sheets, "--design", corpus / "coding" / "design.csv", "--out", corpus / out, *more)


def test_a_sample_is_written_blind_for_every_way_of_coding(corpus: Path) -> None:
    folder = corpus / "coding"
    assert sorted(path.name for path in folder.iterdir()) == ["design.csv", "label_config.xml", "sheet.csv", "tasks.json"]
    design, sheet = (files.read_csv(folder / name) for name in ("design.csv", "sheet.csv"))
    assert design["statement_id"].tolist() == sheet["statement_id"].tolist() and len(design) == 200
    assert not {"pi", "stratum", *(f"p_{act}" for act in ACTS)} & set(sheet.columns)
    assert [task["data"]["statement_id"] for task in json.loads((folder / "tasks.json").read_text())] == sheet["statement_id"].tolist()


def test_codes_are_not_written_over(corpus: Path) -> None:
    """Neither by a second draw or queue into the same place, nor by labels that take the name of a sheet."""
    sheet = coded(corpus, "anna")
    before = sheet.read_bytes()
    again = corpus / "again"
    again.mkdir()
    (again / "sheet.csv").write_bytes(before)
    drawn = run("sample", corpus / "predictions.parquet", corpus / "documents.parquet", "--size", "200", "--out", again)
    queued = run("annotate", "next", corpus / "predictions.parquet", "--out", sheet)
    for result in (drawn, queued, label(corpus, sheet, out=sheet.name)):
        assert result.exit_code == 1 and ("holds codes" in result.stderr or "is a file that is read" in result.stderr), result.output
    assert sheet.read_bytes() == before == (again / "sheet.csv").read_bytes()


def test_estimate_spares_its_inputs_and_names_what_documents_lack(corpus: Path, tmp_path: Path) -> None:
    label(corpus, coded(corpus, "anna"))
    given = ("estimate", "--predictions", corpus / "predictions.parquet", "--labels", corpus / "labels.csv")
    assert "is a file that is read" in run(*given, "--out", corpus / "labels.csv").stderr
    files.write_csv(pd.DataFrame({"doc_id": ["d1", "d1"], "published": "2022", "outlet": "Post"}), tmp_path / "twice.csv")
    files.write_csv(pd.DataFrame({"doc_id": ["d1"]}), tmp_path / "few.csv")
    for name, word in (("twice", "more than once"), ("few", "published")):
        result = run(*given, "--out", tmp_path / "s.csv", "--documents", tmp_path / f"{name}.csv")
        assert result.exit_code == 1 and word in result.stderr, result.output


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        pytest.param("issue", "SANCTIONS", "column issue", id="issue"),
        pytest.param("stance", "pro", "column stance", id="stance"),
        pytest.param("conditional", "maybe", "column conditional", id="flag"),
    ],
)
def test_codes_of_another_spelling_are_refused(corpus: Path, tmp_path: Path, column: str, value: str, word: str) -> None:
    label(corpus, coded(corpus, "anna"))
    files.write_csv(files.read_table(corpus / "predictions.parquet").astype(str).assign(**{column: value}), tmp_path / "p.csv")
    result = run("estimate", "--predictions", tmp_path / "p.csv", "--labels", corpus / "labels.csv", "--out", tmp_path / "s.csv")
    assert result.exit_code == 1 and word in result.stderr and value in result.stderr, result.output


def test_issues_that_only_some_labels_have_are_left_out(corpus: Path, tmp_path: Path) -> None:
    label(corpus, coded(corpus, "anna"))
    rows = files.read_csv(corpus / "labels.csv")
    rows.loc[3, "issue"] = ""
    files.write_csv(rows, tmp_path / "l.csv")
    result = run("estimate", "--predictions", corpus / "predictions.parquet", "--labels", tmp_path / "l.csv", "--out", tmp_path / "s.csv")
    assert result.exit_code == 0 and "no issue in 1 labels" in result.stderr
    assert set(files.read_csv(tmp_path / "s.csv")["issue"]) == {""}


def test_documents_of_another_corpus_are_refused_and_those_without_a_month_told(corpus: Path, tmp_path: Path) -> None:
    label(corpus, coded(corpus, "anna"))
    given = ("estimate", "--predictions", corpus / "predictions.parquet", "--labels", corpus / "labels.csv", "--out", tmp_path / "s.csv")
    for doc_id, published, code, word in (
        ("x", "2022-01", 1, "none of the documents"),
        ("d1", "02/17/2022", 0, "400 statements have no month"),
    ):
        files.write_csv(pd.DataFrame({"doc_id": [doc_id], "published": [published], "outlet": ["Post"]}), tmp_path / "d.csv")
        result = run(*given, "--documents", tmp_path / "d.csv")
        assert result.exit_code == code and word in result.stderr, result.output


def test_documents_may_be_numbered_and_undated(corpus: Path, tmp_path: Path) -> None:
    label(corpus, coded(corpus, "anna"))
    rows = files.read_table(corpus / "predictions.parquet")
    numbers = {doc_id: n for n, doc_id in enumerate(sorted(set(rows["doc_id"])))}
    files.write_table(rows.assign(doc_id=rows["doc_id"].map(numbers)), tmp_path / "p.parquet")
    lines = [{"doc_id": n, "outlet": "Post"} | ({} if n else {"published": "2022-01-21"}) for n in numbers.values()]
    files.write_lines(lines, str(tmp_path / "d.jsonl"))
    given = ("--predictions", tmp_path / "p.parquet", "--labels", corpus / "labels.csv", "--documents", tmp_path / "d.jsonl")
    result = run("estimate", *given, "--out", tmp_path / "s.csv", "--figures", tmp_path / "figures")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "figures" / "acts.svg").is_file()


def test_figures_of_an_earlier_run_do_not_stay(corpus: Path, tmp_path: Path) -> None:
    label(corpus, coded(corpus, "anna"))
    (tmp_path / "f").mkdir()
    for name in ("months.svg", "months.phone.png", "months.alt.txt", "mine.svg"):
        (tmp_path / "f" / name).write_text("old", encoding="utf-8")
    given = ("estimate", "--predictions", corpus / "predictions.parquet", "--labels", corpus / "labels.csv", "--out", tmp_path / "s.csv")
    assert run(*given, "--figures", tmp_path / "f").exit_code == 0
    assert not list((tmp_path / "f").glob("months.*")) and (tmp_path / "f" / "mine.svg").exists()


def test_a_side_that_is_none_is_named(corpus: Path, tmp_path: Path) -> None:
    label(corpus, coded(corpus, "anna"))
    rows = files.read_table(corpus / "predictions.parquet")
    files.write_table(rows.assign(side=rows["side"].replace("US", "USA")), tmp_path / "p.parquet")
    found = run("estimate", "--predictions", tmp_path / "p.parquet", "--labels", corpus / "labels.csv", "--out", tmp_path / "s.csv")
    assert "USA (" in found.stderr and "left aside" in found.stderr, found.output


def test_from_sample_to_shares(corpus: Path, tmp_path: Path) -> None:
    result = label(corpus, coded(corpus, "anna"), coded(corpus, "ben"))
    assert result.exit_code == 0 and "200 of 200 statements settled" in result.stderr and "alpha 1.00" in result.stderr
    found = files.read_json(corpus / "labels.agreement.json")["alpha"]
    assert found["issue"]["value"] == 1.0 and found["stance"]["value"] is None  # one stance alone can't be agreed on by chance
    out = tmp_path / "shares.csv"
    found = run("estimate", "--predictions", corpus / "predictions.parquet", "--labels", corpus / "labels.csv", "--out", out)
    assert found.exit_code == 0, found.output
    assert "25.0 (" in found.stdout and "+0.0 (" in found.stdout and "this corpus" in found.stdout
    rows = pd.read_csv(out, keep_default_na=False)
    over_all = rows[(rows["issue"] == "") & (rows["period"] == "")]
    assert len(over_all) == 12 and over_all["share"].astype(float).tolist() == pytest.approx([0.25, 0.25, 0] * 4, abs=1e-6)


def test_corrected_shares_are_drawn_with_their_sources(corpus: Path, tmp_path: Path) -> None:
    assert label(corpus, coded(corpus, "anna")).exit_code == 0
    rows = files.read_table(corpus / "predictions.parquet")
    half = len(rows) // 2
    files.write_table(rows.assign(doc_id=["d1"] * half + ["d2"] * half), tmp_path / "p.parquet")
    texts = pd.DataFrame({"doc_id": ["d1", "d2"], "published": ["2022-02-03", "2022-03"], "outlet": ["Valley Post", ""]})
    files.write_csv(texts, tmp_path / "d.csv")
    given = ("estimate", "--predictions", tmp_path / "p.parquet", "--labels", corpus / "labels.csv", "--design", "statements")
    found = run(*given, "--out", tmp_path / "s.csv", "--documents", tmp_path / "d.csv", "--figures", tmp_path / "f")
    assert found.exit_code == 0, found.output
    drawn = {path.name.split(".")[0] for path in (tmp_path / "f").glob("*.svg")}
    assert drawn == {"acts", "difference", "issues"}  # conditions: too few codes of every act; all stances are unclear
    assert "Source: Valley Post, 2022-02-03 to 2022-03 (2 documents)" in (tmp_path / "f" / "acts.svg").read_text(encoding="utf-8")
    unnamed = run(*given, "--out", tmp_path / "s.csv", "--figures", tmp_path / "f")
    assert unnamed.exit_code == 0 and "Source: p.parquet, undated" in (tmp_path / "f" / "acts.svg").read_text(encoding="utf-8")


def test_a_census_is_exact_and_said_to_be_codes_of_every_statement(corpus: Path, tmp_path: Path) -> None:
    rows = files.read_table(corpus / "predictions.parquet")
    codes = rows[["statement_id"]].assign(act="warning", issue="iran", stance="against", pi=1.0, coder="anna")
    files.write_csv(codes, tmp_path / "l.csv")
    found = run("estimate", "--predictions", corpus / "predictions.parquet", "--labels", tmp_path / "l.csv", "--out", tmp_path / "s.csv")
    assert found.exit_code == 0, found.output
    shares = pd.read_csv(tmp_path / "s.csv", keep_default_na=False)
    assert set(shares["method"]) == {"codes of every statement (anna)"}
    assert shares.loc[shares["act"].eq("warning") & shares["side"].eq("US") & shares["issue"].eq(""), "share"].tolist() == [1.0]


def test_how_the_draw_was_read_is_said_and_probabilities_that_do_not_fit_are_noticed(corpus: Path) -> None:
    label(corpus, coded(corpus, "anna"), out="l.csv")
    given = ("estimate", "--predictions", corpus / "predictions.parquet", "--out", corpus / "s.csv")
    result = run(*given, "--labels", corpus / "l.csv")
    assert "a draw of statements in" in result.stderr and "stand for" not in result.stderr
    files.write_csv(files.read_csv(corpus / "l.csv").assign(pi="1.0"), corpus / "ones.csv")
    assert "stand for 200 statements, the predictions hold 400" in run(*given, "--labels", corpus / "ones.csv").stderr


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "CSV"])
def test_files_of_every_kind_give_the_same_shares(corpus: Path, tmp_path: Path, ending: str) -> None:
    label(corpus, coded(corpus, "anna"))
    kept = ["statement_id", "doc_id", "side", "act", *(f"p_{act}" for act in ACTS)]
    files.write_rows(files.read_table(corpus / "predictions.parquet")[kept], tmp_path / f"p.{ending}")
    files.write_rows(files.read_csv(corpus / "labels.csv")[["statement_id", "act", "pi", "stratum"]], tmp_path / f"l.{ending}")
    out = tmp_path / f"shares.{ending}"
    found = run("estimate", "--predictions", tmp_path / f"p.{ending}", "--labels", tmp_path / f"l.{ending}", "--out", out)
    assert found.exit_code == 0, found.output
    rows = files.read_rows(out)
    assert len(rows) == 12 and rows["side"].tolist()[:3] == ["US", "RUS", "RUS - US"]


def test_disagreements_are_listed_and_settled_by_the_row_that_is_kept(corpus: Path) -> None:
    first = files.read_csv(corpus / "coding" / "design.csv")["statement_id"].iloc[0]
    sheets = coded(corpus, "anna", **{first: "warning"}), coded(corpus, "ben", **{first: "demand"})
    result = label(corpus, *sheets, out="two.csv")
    assert result.exit_code == 0 and "coders differ on 1" in result.stderr and "199 of 200" in result.stderr
    listed = files.read_csv(corpus / "two.disagreements.csv")
    assert listed["act"].tolist() == ["warning", "demand"]
    open_one = run("estimate", "--predictions", corpus / "predictions.parquet", "--labels", corpus / "two.csv", "--out", corpus / "x.csv")
    assert open_one.exit_code == 1 and "1 of 200 labels have no act" in open_one.stderr
    files.write_csv(listed.tail(1), corpus / "decided.csv")
    assert "200 of 200" in label(corpus, *sheets, out="two.csv", adjudicated=corpus / "decided.csv").stderr


def test_decisions_are_not_written_over_and_may_come_in_parts(corpus: Path) -> None:
    ids = files.read_csv(corpus / "coding" / "design.csv")["statement_id"].iloc[:2].tolist()
    sheets = [coded(corpus, "anna", **dict.fromkeys(ids, "warning")), coded(corpus, "ben", **dict.fromkeys(ids, "demand"))]
    label(corpus, *sheets, out="two.csv")
    listed = corpus / "two.disagreements.csv"
    rows = files.read_csv(listed)
    files.write_csv(rows[::2], listed)
    refused = label(corpus, *sheets, out="two.csv", adjudicated=listed)
    assert refused.exit_code == 1 and "is a file that is read" in refused.stderr and len(files.read_csv(listed)) == 2
    parts = [corpus / f"part{n}.csv" for n in range(2)]
    for n, path in enumerate(parts):
        files.write_csv(rows[2 * n : 2 * n + 1], path)
    arguments = ["label", *sheets, "--design", corpus / "coding" / "design.csv", "--out", corpus / "two.csv"]
    assert "200 of 200" in run(*arguments, "--adjudicated", parts[0], "--adjudicated", parts[1]).stderr


def test_a_settled_statement_without_issue_is_named(corpus: Path) -> None:
    sheet = files.read_csv(coded(corpus, "anna"))
    first = sheet["statement_id"].iloc[0]
    files.write_csv(sheet.assign(issue=sheet["issue"].mask(sheet["statement_id"] == first, "")), corpus / "bare.csv")
    assert f"1 settled statements have no issue, and shares by issue need it of all: {first}" in label(corpus, corpus / "bare.csv").stderr


def test_figures_take_no_place_of_other_files(corpus: Path, tmp_path: Path) -> None:
    label(corpus, coded(corpus, "anna"))
    given = ("estimate", "--predictions", corpus / "predictions.parquet", "--labels", corpus / "labels.csv")
    (tmp_path / "positions.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "f").mkdir()
    for out, figures in (("s.csv", tmp_path), ("f/acts.csv", tmp_path / "f"), ("s.csv", tmp_path / "positions.csv")):
        refused = run(*given, "--out", tmp_path / out, "--figures", figures)
        assert refused.exit_code == 1 and "--figures figures" in refused.stderr, refused.output
    assert (tmp_path / "positions.csv").read_text(encoding="utf-8") == "mine" and not (tmp_path / "s.csv").exists()


def test_positions_and_conditions_stand_beside_the_shares(corpus: Path, tmp_path: Path) -> None:
    label(corpus, coded(corpus, "anna"))
    result = run(
        "estimate", "--predictions", corpus / "predictions.parquet", "--labels", corpus / "labels.csv", "--out", tmp_path / "s.csv"
    )
    assert result.exit_code == 0
    assert "RUS - US" in set(files.read_csv(tmp_path / "s.positions.csv")["side"])


def test_a_sample_does_not_take_the_place_of_another(corpus: Path, tmp_path: Path) -> None:
    arguments = ("sample", corpus / "predictions.parquet", corpus / "documents.parquet", "--size", 60, "--out", tmp_path / "c", "--seed")
    assert run(*arguments, 1).exit_code == 0 and run(*arguments, 1).exit_code == 0
    before = (tmp_path / "c" / "design.csv").read_bytes()
    refused = run(*arguments, 2)
    assert refused.exit_code == 1 and "holds another sample" in refused.stderr
    assert (tmp_path / "c" / "design.csv").read_bytes() == before


def test_a_sample_that_is_too_small_says_which_shares_it_cannot_show(corpus: Path, tmp_path: Path) -> None:
    found = run("sample", corpus / "predictions.parquet", corpus / "documents.parquet", "--size", 60, "--out", tmp_path / "c")
    assert found.exit_code == 0 and "too few codes to show the share of" in found.stderr and "warning of US" in found.stderr


def test_lost_doubled_and_unknown_ids_are_named_and_the_rest_is_kept(corpus: Path) -> None:
    sheet = files.read_csv(coded(corpus, "anna"))
    lost, doubled = sheet["statement_id"].iloc[0], sheet["statement_id"].iloc[1]
    spoilt = pd.concat([sheet.iloc[1:], sheet.iloc[1:2], sheet.iloc[2:3].assign(statement_id="nobody")])
    files.write_csv(spoilt, corpus / "spoilt.csv")
    result = label(corpus, corpus / "spoilt.csv", out="spoilt-labels.csv")
    assert result.exit_code == 1 and all(name in result.stderr for name in (lost, doubled, "nobody"))
    refused = files.read_csv(corpus / "spoilt-labels.refused.csv").set_index("statement_id")["reason"]
    assert len(refused) == 3 and len(set(refused)) == 3
    assert (files.read_csv(corpus / "spoilt-labels.csv")["act"] != "").sum() == 198


def test_a_sheet_is_coded_in_the_terminal_and_taken_up_again(corpus: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "carla.csv"
    files.write_csv(files.read_csv(corpus / "coding" / "sheet.csv").head(2), sheet)
    first = run("code", sheet, stdin="warning\n\niran\nunclear\nq\n")
    assert first.exit_code == 0 and "1 of 2 statements coded" in first.stderr
    second = run("code", sheet, stdin="4\n\n1\n3\n")
    assert "2 of 2 statements coded" in second.stderr
    assert files.read_csv(sheet)["act"].tolist() == ["warning", ACTS[3]]


def test_a_plan_says_how_many_codes_are_needed(corpus: Path) -> None:
    arguments = ("sample", corpus / "predictions.parquet", corpus / "documents.parquet", "--plan", "--half-width", 0.1)
    result = run(*arguments)
    assert result.exit_code == 0 and "codes bring every act of both sides within ± 10 points" in result.stderr
    assert "warning" in result.stdout and not (corpus / "sample").exists()


def test_names_are_hidden_on_request(corpus: Path, tmp_path: Path) -> None:
    result = run(
        "sample", corpus / "predictions.parquet", corpus / "documents.parquet", "--size", 50, "--masked", "--out", tmp_path / "coding"
    )
    assert result.exit_code == 0, result.output
    sheet = files.read_csv(tmp_path / "coding" / "sheet.csv")
    assert not sheet["speaker"].str.contains(r"\bUS\b").any()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["sample", "{p}", "{d}"], ["no --out", "--plan"], id="nowhere to write"),
        pytest.param(["sample", "{p}", "{d}", "--size", "4", "--out", "x"], ["floor", "--size"], id="fewer than the floors"),
        pytest.param(["sample", "{p}", "{d}", "--plan", "--out", "x"], ["--plan", "--half-width"], id="a plan draws nothing"),
        pytest.param(["sample", "{p}", "gone.parquet", "--out", "x"], ["gone.parquet"], id="no documents"),
        pytest.param(["label", "gone.csv", "--design", "{p}"], ["gone.csv"], id="no codes"),
        pytest.param(["label", "{d}.json", "--design", "{p}"], ["documents.parquet.json"], id="no export"),
        pytest.param(["estimate", "--predictions", "{p}"], ["--labels"], id="labels missing"),
        pytest.param(["estimate", "--predictions", "{p}", "--labels", "x.txt", "--out", "y.csv"], ["x.txt", ".jsonl"], id="unknown ending"),
        pytest.param(
            ["estimate", "--predictions", "{d}.json.parquet", "--labels", "x.csv", "--out", "y.csv"], ["json.parquet"], id="broken"
        ),
        pytest.param(["code", "gone.csv"], ["gone.csv"], id="no sheet"),
    ],
)
def test_bad_input_is_one_line(corpus: Path, arguments: list[str], words: list[str]) -> None:
    (corpus / "documents.parquet.json.parquet").write_text("no table")
    places = {"p": corpus / "predictions.parquet", "d": corpus / "documents.parquet"}
    result = run(*(argument.format(**places) for argument in arguments))
    assert result.exit_code == 1 and len(result.stderr.strip().splitlines()) == 1, result.output
    assert all(word in result.stderr for word in words), result.stderr
