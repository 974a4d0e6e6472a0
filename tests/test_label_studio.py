"""The export of a real Label Studio server (1.23.2, scripts/label_studio.py): six invented statements, two coders, one skip."""

import json

import pandas as pd

from conftest import ROOT
from stance.codes import read_codes
from stance.sample import DESIGN
from stance.sheets import CODES, from_label_studio

EXPORT = json.loads((ROOT / "tests" / "data" / "label_studio_export.json").read_text(encoding="utf-8"))


def design() -> pd.DataFrame:
    ids = [task["data"]["statement_id"] for task in EXPORT]
    return pd.DataFrame({"statement_id": ids, "doc_id": ids, "side": "US", "stratum": "all", "pi": "0.5", "design": "statements"})[DESIGN]


def test_every_annotation_that_was_not_skipped_is_a_row() -> None:
    rows = from_label_studio(EXPORT, "export.json")
    assert len(rows) == 11 and set(rows["coder"]) == {"1", "2"}
    assert (rows[[code for code in CODES if code != "secondary"]] != "").all().all()
    assert "" in set(rows["secondary"]) and len(set(rows["secondary"])) > 1


def test_its_codes_are_settled_but_for_the_disagreement() -> None:
    result = read_codes(design(), from_label_studio(EXPORT, "export.json"))
    assert (result.labels["act"] != "").sum() == 5 and result.refused.empty
    assert result.disagreements["statement_id"].nunique() == 1 and result.agreement["n"] == 5


def test_the_tasks_came_back_as_they_were_given() -> None:
    assert all(set(task["data"]) == {"statement_id", "title", "published", "speaker", "before", "statement", "after"} for task in EXPORT)
