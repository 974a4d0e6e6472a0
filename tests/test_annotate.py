"""The queue of statements to code, the coder's sheet, and training on it."""

import pandas as pd
import pytest

from frames import predictions
from stance.annotate import PER_DOCUMENT, SHEET, queue, read_back
from stance.checks import CODES
from stance.codebook import ACTS
from stance.errors import StanceError
from stance.records import LABELLED, check


def statements(n: int = 40) -> pd.DataFrame:
    """Statements of many documents; the gap between their likeliest acts grows with their number."""
    rows = predictions([("US" if k % 2 else "RUS", "other", "none_other") for k in range(n)])
    sure = [0.4 + 0.5 * k / n for k in range(n)]
    rows["p_other"], rows["p_warning"] = sure, [0.9 - p for p in sure]
    rows["p_demand"] = rows["p_reassurance"] = 0.05
    return rows.assign(doc_id=[f"d{k // 4}" for k in range(n)], statement_id=[f"s{k:02d}" for k in range(n)])


def test_the_queue_is_half_and_half_uncertain_and_blind() -> None:
    sheet = queue(statements(), size=10, seed=1)
    assert list(sheet.columns) == SHEET and (sheet[CODES] == "").all().all()
    assert sheet["side"].value_counts().to_dict() == {"US": 5, "RUS": 5}
    assert sheet.groupby("doc_id").size().max() <= PER_DOCUMENT
    assert sheet["statement_id"].max() < "s25"
    assert sheet.equals(queue(statements(), size=10, seed=1)) and not sheet.equals(queue(statements(), size=10, seed=2))


def test_coded_statements_and_other_sides_are_left_out() -> None:
    rows = statements()
    first = queue(rows, size=6, seed=1)
    rows.loc[rows["statement_id"] == "s06", "side"] = "other"
    second = queue(rows, size=100, seed=1, coded=frozenset(first["statement_id"]))
    assert not {*first["statement_id"], "s06"} & set(second["statement_id"])


def filled(**codes: str) -> pd.DataFrame:
    return queue(statements(), size=4, seed=1).assign(**({"act": "warning", "issue": "", "stance": ""} | codes))


def test_a_coded_sheet_is_labelled_data() -> None:
    rows = check(read_back(filled(), "human"), LABELLED)
    assert set(rows["act"]) == {"warning"} and set(rows["issue"]) == {"none_other"} and set(rows["stance"]) == {"n/a"}
    assert set(rows["coder"]) == {"human"}
    assert set(read_back(filled(act=" Warning "), "human")["act"]) == {"warning"}


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        pytest.param(filled(act="threat"), "threat", id="unknown act"),
        pytest.param(filled(issue="weather"), "weather", id="unknown issue"),
        pytest.param(filled(act=""), "no row", id="nothing coded"),
        pytest.param(pd.concat([filled(), filled()]), "twice", id="coded twice"),
        pytest.param(filled().drop(columns="content"), "content", id="missing column"),
    ],
)
def test_bad_sheets_are_refused_by_name(sheet: pd.DataFrame, words: str) -> None:
    with pytest.raises(StanceError, match=words):
        read_back(sheet, "human")


def test_acts_of_the_codebook_are_allowed() -> None:
    for act in ACTS:
        assert set(read_back(filled(act=act), "human")["act"]) == {act}
