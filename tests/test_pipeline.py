"""The stages' commands one after another on the small invented corpus, in a folder of their own."""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from conftest import ROOT
from stance import files
from stance.cli import app
from stance.figstyle import FIGURES
from stance.label import CODE_COLUMNS
from stance.sample import DESIGN
from stance.sheets import CODES

STAGES = [
    "ingest",
    "extract",
    "label",
    "featurize",
    "split",
    "train dummy",
    "train naive_bayes",
    "evaluate",
    "predict",
    "estimate",
    "chart",
    "report",
]


def test_from_documents_to_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["ingest"]["input"] = str(ROOT / "tests" / "data" / "mini")
    params["models"] = ["dummy", "naive_bayes"]
    params["label"] = {"authored": "authored.csv", "corpus": "corpus.csv", "codes": ["codes.csv"]}
    params["featurize"]["features"] = str(ROOT / params["featurize"]["features"])
    params["split"]["held_out"] = ""
    params["estimate"]["labels"] = "drawn.csv"
    params["train"] |= {"folds": 2, "inner_folds": 2}
    params["evaluate"] |= {"replicates": 100, "learning_points": 2}
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    files.write_csv(files.read_csv(ROOT / "data" / "labels" / "authored.csv").iloc[::9], Path("authored.csv"))
    files.write_csv(files.read_csv(ROOT / "data" / "labels" / "corpus.csv").iloc[::9], Path("corpus.csv"))
    files.write_csv(pd.DataFrame(columns=CODE_COLUMNS), Path("codes.csv"))
    files.write_csv(pd.DataFrame(columns=[*DESIGN, *CODES, "coder"]), Path("drawn.csv"))
    for stage in STAGES:
        result = CliRunner().invoke(app, stage.split())
        assert result.exit_code == 0, result.output
        assert f"{stage.split()[0]}: " in result.stderr
    shares = files.read_numbers(Path("reports/tables/shares.csv"))
    assert set(shares["method"]) == {"classifier count, uncorrected"}
    assert shares["n_statements"].max() > 5
    page = Path("reports/index.html").read_text(encoding="utf-8")
    assert "any attack on the ferry will be answered" in page and "How good the classifier is" in page
    assert sorted(path.name for path in Path("reports/figures").glob("*.svg")) == sorted(
        f"{name}{ending}" for name in FIGURES if name != "months" for ending in (".svg", ".phone.svg")
    )
