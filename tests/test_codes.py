"""Coders' codes to one per drawn statement: what settles, what stays open, and what is refused by name."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from stance import agreement
from stance.codebook import ACTS, codebook
from stance.codes import OPEN, REASONS, Codes, read_codes
from stance.design import read_design
from stance.errors import StanceError
from stance.sample import DESIGN
from stance.sheets import CODES

N = 6


@pytest.fixture(autouse=True)
def few_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "REPLICATES", 5)


def design() -> pd.DataFrame:
    """Statements s0 to s5 of three documents, in the random order of a draw, as read from design.csv."""
    rows = [
        {
            "statement_id": f"s{k}",
            "doc_id": f"d{k // 2}",
            "side": ["US", "RUS"][k % 2],
            "stratum": f"{['US', 'RUS'][k % 2]}|other|2022",
            "pi": "0.123456789012",
            "design": "statements",
        }
        for k in (3, 0, 5, 1, 4, 2)
    ]
    return pd.DataFrame(rows, columns=DESIGN)


def code(statement_id: str, coder: str, act: str = "warning", **codes: str) -> dict[str, str]:
    defaults = {"secondary": "", "issue": "iran", "stance": "favour"}
    return {"statement_id": statement_id, "coder": coder, "act": act} | defaults | codes


def coded(*rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=OPEN)


def everything(coder: str, *, but: tuple[str, ...] = ()) -> list[dict[str, str]]:
    return [code(f"s{k}", coder) for k in range(N) if f"s{k}" not in but]


def read(*rows: dict[str, str], adjudicated: pd.DataFrame | None = None) -> Codes:
    return read_codes(design(), coded(*rows), adjudicated)


def settled(result: Codes) -> dict[str, str]:
    """Act by statement where there is one."""
    rows = result.labels[result.labels["act"] != ""]
    return dict(zip(rows["statement_id"], rows["act"], strict=True))


def refused(result: Codes) -> list[tuple[str, str]]:
    return sorted(zip(result.refused["statement_id"], result.refused["reason"], strict=True))


def test_codes_of_one_coder_are_settled() -> None:
    result = read(*everything("anna"))
    assert settled(result) == {f"s{k}": "warning" for k in range(N)}
    assert set(result.labels["coder"]) == {"anna"}
    assert result.disagreements.empty and result.refused.empty and result.agreement == {"n": 0}


def test_what_two_coders_agree_on_is_settled_and_names_both() -> None:
    result = read(*everything("ben"), *everything("anna"))
    assert settled(result) == {f"s{k}": "warning" for k in range(N)}
    assert set(result.labels["coder"]) == {"anna+ben"}
    assert result.agreement["n"] == N and result.agreement["disagreements"] == 0


def test_three_coders_settle_what_all_give() -> None:
    result = read(*everything("anna"), *everything("ben"), *everything("cleo"))
    assert set(result.labels["coder"]) == {"anna+ben+cleo"}
    assert settled(result) == {f"s{k}": "warning" for k in range(N)}


def test_a_majority_does_not_settle() -> None:
    result = read(*everything("anna"), *everything("ben"), *everything("cleo", but=("s1",)), code("s1", "cleo", "demand"))
    assert settled(result) == {f"s{k}": "warning" for k in (0, 2, 3, 4, 5)}
    assert result.disagreements["coder"].tolist() == ["anna", "ben", "cleo"]


def test_coders_of_different_statements_settle_each_their_own() -> None:
    result = read(*everything("anna")[:3], *everything("ben")[3:])
    assert len(settled(result)) == N and set(result.labels["coder"]) == {"anna", "ben"}
    assert result.agreement == {"n": 0}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(code("s2", "ben", "demand"), id="act"),
        pytest.param(code("s2", "ben", issue="energy"), id="issue"),
        pytest.param(code("s2", "ben", stance="against"), id="stance"),
        pytest.param(code("s2", "ben", "demand", issue="energy", stance="against"), id="all three"),
        pytest.param(code("s2", "ben", issue=""), id="issue left empty"),
    ],
)
def test_codes_that_differ_stay_open_and_are_listed_for_both(other: dict[str, str]) -> None:
    result = read(*everything("anna"), *everything("ben", but=("s2",)), other)
    row = result.labels.set_index("statement_id").loc["s2"]
    assert (row[[*CODES, "coder"]] == "").all()
    assert len(settled(result)) == N - 1
    assert list(result.disagreements.columns) == OPEN
    assert result.disagreements.to_dict("records") == [code("s2", "anna"), other]
    assert result.refused.empty


def test_a_secondary_act_that_differs_is_left_empty_and_settles() -> None:
    first = [code(f"s{k}", "anna", secondary="demand") for k in range(N)]
    second = [code(f"s{k}", "ben", secondary="demand" if k else "other") for k in range(N)]
    result = read(*first, *second)
    assert len(settled(result)) == N
    assert result.labels.set_index("statement_id")["secondary"].to_dict() == {"s0": "", **{f"s{k}": "demand" for k in range(1, N)}}


def test_the_adjudicated_row_decides() -> None:
    decided = pd.DataFrame([code("s2", "third", "demand", issue="energy")])
    result = read(*everything("anna"), *everything("ben", but=("s2",)), code("s2", "ben", "other"), adjudicated=decided)
    row = result.labels.set_index("statement_id").loc["s2"]
    assert row[[*CODES, "coder"]].to_dict() == {
        "act": "demand",
        "secondary": "",
        "issue": "energy",
        "stance": "favour",
        "coder": "adjudicated",
    }
    assert result.disagreements.empty and len(settled(result)) == N


def test_a_decision_settles_what_one_coder_coded_twice() -> None:
    result = read(*everything("anna"), code("s2", "anna", "other"), adjudicated=pd.DataFrame([code("s2", "third", "demand")]))
    assert settled(result)["s2"] == "demand" and result.refused.empty


def test_adjudication_does_not_better_the_agreement() -> None:
    rows = [*everything("anna"), *everything("ben", but=("s2",)), code("s2", "ben", "other")]
    assert read(*rows, adjudicated=pd.DataFrame([code("s2", "x")])).agreement == read(*rows).agreement
    assert read(*rows).agreement["disagreements"] == 1


def test_a_statement_coded_by_nobody_may_be_decided() -> None:
    result = read(*everything("anna", but=("s4",)), adjudicated=pd.DataFrame([code("s4", "x", "other")]))
    assert settled(result)["s4"] == "other" and result.refused.empty


def test_disagreements_without_a_decision_stay_open_beside_decided_ones() -> None:
    differing = [code("s1", "ben", "other"), code("s2", "ben", "other")]
    rows = [*everything("anna"), *everything("ben", but=("s1", "s2")), *differing]
    result = read(*rows, adjudicated=pd.DataFrame([code("s1", "x"), code("s2", "x", "")]))
    assert set(result.disagreements["statement_id"]) == {"s2"} and "s2" not in settled(result)


def test_lost_doubled_and_unknown_ids_are_named_and_nothing_else_is_lost() -> None:
    rows = everything("anna", but=("s0", "s1"))
    result = read(*rows, code("s1", "anna"), code("s1", "anna", "other"), code("of another sample", "anna"))
    assert refused(result) == [("of another sample", REASONS["unknown"]), ("s0", REASONS["lost"]), ("s1", REASONS["doubled"])]
    assert settled(result) == {f"s{k}": "warning" for k in (2, 3, 4, 5)}
    assert len(result.labels) == N


def test_the_same_code_twice_by_one_coder_is_doubled() -> None:
    result = read(*everything("anna"), code("s3", "anna"))
    assert refused(result) == [("s3", REASONS["doubled"])]
    assert "s3" not in settled(result) and len(settled(result)) == N - 1


def test_a_doubled_statement_is_not_settled_by_another_coder_alone() -> None:
    """Anna said warning, twice; that Ben said something else is a disagreement, and which of hers counts nobody knows."""
    result = read(*everything("anna"), code("s3", "anna"), *everything("ben", but=("s3",)), code("s3", "ben", "other"))
    assert refused(result) == [("s3", REASONS["doubled"])]
    assert "s3" not in settled(result)


def test_an_id_is_refused_once_however_often_it_stands() -> None:
    result = read(*everything("anna"), *[code("gone", coder) for coder in ("anna", "anna", "ben")])
    assert refused(result) == [("gone", REASONS["unknown"])]
    assert len(settled(result)) == N


def test_rows_without_an_act_are_not_coded() -> None:
    result = read(*everything("anna", but=("s5",)), code("s5", "anna", "", issue="", stance=""))
    assert refused(result) == [("s5", REASONS["lost"])]


def test_a_row_left_empty_by_one_coder_does_not_hold_up_the_other() -> None:
    result = read(*everything("anna"), code("s0", "ben", ""), code("s1", "ben"))
    assert len(settled(result)) == N and result.agreement["n"] == 1


def test_nothing_coded_loses_every_statement_by_name() -> None:
    result = read()
    assert refused(result) == [(f"s{k}", REASONS["lost"]) for k in range(N)]
    assert settled(result) == {} and len(result.labels) == N


def test_coders_who_agree_on_nothing_leave_all_open() -> None:
    result = read(*everything("anna"), *[code(f"s{k}", "ben", "other") for k in range(N)])
    assert settled(result) == {} and len(result.disagreements) == 2 * N


def test_labels_hold_every_drawn_statement_with_its_design_unchanged() -> None:
    for rows in ([], everything("anna", but=("s1",)), [*everything("anna"), *everything("ben"), code("gone", "ben")]):
        labels = read(*rows).labels
        assert set(labels.columns) == {*DESIGN, *CODES, "coder"}
        assert_frame_equal(labels[DESIGN], design(), check_dtype=False)
        assert labels[[*CODES, "coder"]].notna().all().all()


def test_complete_labels_are_read_as_the_design_of_the_draw() -> None:
    labels = read(*everything("anna"), *everything("ben")).labels
    predictions = design()[["statement_id", "doc_id", "side"]].assign(act="other")
    labelled, drawn = read_design(labels, predictions)
    assert drawn.by == "statements" and drawn.pi.tolist() == pytest.approx([0.123456789012] * N)
    assert len(set(drawn.stratum)) == 2
    assert set(labelled["act"]) == {"warning"} and set(labelled["act_predicted"]) == {"other"}


@pytest.mark.parametrize("column", OPEN)
def test_codes_without_a_column_are_refused_by_its_name(column: str) -> None:
    with pytest.raises(StanceError, match=f"codes lack columns {column}; allowed: .* Try: the sheet or the export"):
        read_codes(design(), coded(*everything("anna")).drop(columns=column))


@pytest.mark.parametrize("column", DESIGN)
def test_a_design_without_a_column_is_refused_by_its_name(column: str) -> None:
    with pytest.raises(StanceError, match=f"design lack columns {column}; .*design.csv of stance sample"):
        read_codes(design().drop(columns=column), coded(*everything("anna")))


@pytest.mark.parametrize("column", ["statement_id", *CODES])
def test_adjudicated_codes_without_a_column_are_refused_by_its_name(column: str) -> None:
    with pytest.raises(StanceError, match=f"adjudicated codes lack columns {column}"):
        read(*everything("anna"), adjudicated=pd.DataFrame([code("s1", "x")]).drop(columns=column))


WRONG = [("act", "threat"), ("secondary", "threat"), ("issue", "weather"), ("stance", "for")]


def test_capitals_and_spaces_around_a_code_do_not_matter() -> None:
    result = read(code("s0", "anna") | {"act": " Warning "}, code("s1", "anna") | {"act": " "})
    assert result.labels.set_index("statement_id").loc["s0", "act"] == "warning"
    assert "s1" in set(result.refused["statement_id"])


@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{name} {value!r}" for name, value in WRONG])
def test_codes_outside_the_codebook_are_refused_with_those_allowed(name: str, value: str) -> None:
    allowed = {"act": ACTS, "secondary": ACTS, "issue": codebook().issues, "stance": codebook().stances}[name]
    for rows, adjudicated in (([code("s0", "anna") | {name: value}], None), ([], pd.DataFrame([code("s0", "x") | {name: value}]))):
        with pytest.raises(StanceError) as caught:
            read(*rows, adjudicated=adjudicated)
        assert f"{name} {value!r}" in str(caught.value) and all(option in str(caught.value) for option in allowed)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([code("s1", "x"), code("s1", "x", "other")], id="two rows for one statement"),
        pytest.param([code("gone", "x")], id="not of the sample"),
    ],
)
def test_adjudicated_codes_that_decide_nothing_are_refused(rows: list[dict[str, str]]) -> None:
    with pytest.raises(StanceError, match=f"adjudicated codes of {rows[0]['statement_id']};"):
        read(*everything("anna"), adjudicated=pd.DataFrame(rows))


def test_the_order_of_the_codes_does_not_matter() -> None:
    rows = [*everything("ben", but=("s2",)), *everything("anna"), code("s2", "ben", "other"), code("gone", "ben")]
    first, second = read(*rows), read(*reversed(rows))
    for name in ("labels", "disagreements", "refused"):
        assert_frame_equal(getattr(first, name), getattr(second, name))


CODE = st.tuples(
    st.sampled_from([*(f"s{k}" for k in range(N)), "gone"]),
    st.sampled_from(["anna", "ben", "cleo"]),
    st.sampled_from(["", "warning", "other"]),
    st.sampled_from(["iran", "energy"]),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(CODE, max_size=20))
def test_every_statement_is_settled_open_or_refused_and_nothing_is_guessed(found: list[tuple[str, str, str, str]]) -> None:
    rows = [code(statement_id, coder, act, issue=issue) for statement_id, coder, act, issue in found]
    result = read(*rows)
    done, differing = settled(result), set(result.disagreements["statement_id"])
    assert {*done, *differing, *result.refused["statement_id"]} >= set(design()["statement_id"])
    assert not set(done) & differing
    for statement_id, act in done.items():
        given_acts = {row["act"] for row in rows if row["statement_id"] == statement_id} - {""}
        assert given_acts == {act}
