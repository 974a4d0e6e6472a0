"""The case study in pipelines/case_study: its shares and figures follow from what is in git, and it holds no word of the texts."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from conftest import ROOT
from stance import files
from stance.agreement import alpha
from stance.checks import REQUIRED
from stance.cli import app

STUDY = ROOT / "pipelines" / "case_study"
TEXT = (ROOT / "docs" / "case-study.md").read_text(encoding="utf-8")
SIDES = {"US": "US", "Russia": "RUS"}


def test_shares_and_figures_are_those_of_the_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = yaml.safe_load((STUDY / "dvc.yaml").read_text(encoding="utf-8"))["stages"]["estimate"]
    elsewhere = {"shares.csv": str(tmp_path / "shares.csv"), "figures": str(tmp_path / "figures")}
    arguments = [elsewhere.get(word, word) for word in shlex.split(stage["cmd"])]
    monkeypatch.chdir(STUDY)
    result = CliRunner().invoke(app, arguments[arguments.index("stance") + 1 :])
    assert result.exit_code == 0, result.output
    for name in ("shares.csv", "shares.positions.csv", "shares.conditions.csv"):
        assert (tmp_path / name).read_bytes() == (STUDY / name).read_bytes()
    drawn = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert drawn == sorted(path.name for path in (STUDY / "figures").iterdir())
    for name in drawn:
        assert (tmp_path / "figures" / name).read_bytes() == (STUDY / "figures" / name).read_bytes(), name


def test_codes_settle_what_both_coders_gave() -> None:
    labels, codes = (files.read_csv(STUDY / name).set_index("statement_id") for name in ("labels.csv", "codes.csv"))
    assert set(labels.index) == set(codes.index)
    rows = labels.join(codes)
    for name in REQUIRED:
        alike = rows[f"{name}_a"] == rows[f"{name}_b"]
        settled = rows[alike & (rows["coder"] != "adjudicated")]
        assert (settled[name] == settled[f"{name}_a"]).all()
        assert rows[name].isin({*rows[f"{name}_a"], *rows[f"{name}_b"]}).all()
    assert (rows.loc[rows["eligible"] == "no", "act"] == "other").all()
    found = alpha(codes[["act_a", "act_b"]])
    assert found == pytest.approx(files.read_json(STUDY / "agreement.json")["alpha"]["overall"]["value"], abs=0.001)


def test_its_last_stage_depends_on_what_that_of_the_pipeline_runs() -> None:
    own, main = (
        yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]["estimate"]["deps"] for folder in (STUDY, ROOT)
    )
    assert {dep.removeprefix("../../") for dep in own if "src/" in dep} == {dep for dep in main if dep.startswith("src/")}


def test_no_words_of_the_texts_are_kept() -> None:
    place = re.compile(r"[0-9a-f]{16}:\d+-\d+(:\d)?")
    for name in ("predictions.parquet", "labels.csv", "codes.csv"):
        rows = files.read_rows(STUDY / name)
        assert rows["statement_id"].map(place.fullmatch).all(), name
        assert not {"content", "text", "context", "statement", "title", "url"} & set(rows.columns)
        longest = rows.select_dtypes(include=["object", "str"]).astype(str).map(len).max().max()
        assert longest < 60, name
    assert list(files.read_csv(STUDY / "documents.csv")) == ["doc_id", "outlet", "published"]


def test_the_numbers_of_the_text_are_those_of_the_table() -> None:
    shares = pd.read_csv(STUDY / "shares.csv", keep_default_na=False)
    over_all = shares[(shares["issue"] == "") & (shares["period"] == "")].set_index(["side", "act"])
    written = re.findall(r"^\| (US|Russia), (\w+) \| (\S+) \| (\S+) \((\S+)–(\S+)\) \| (\S+) \((\S+)–(\S+)\) \|$", TEXT, re.MULTILINE)
    assert len(written) == 6
    for side, act, *numbers in written:
        row = over_all.loc[(SIDES[side], act)]
        names = ["raw", "share", "low", "high", "gold_only", "gold_low", "gold_high"]
        assert numbers == [f"{100 * float(row[name]):.1f}" for name in names], (side, act)
