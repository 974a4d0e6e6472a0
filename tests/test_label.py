"""Codes to labels: matching by place, refusal of changed words, ties left out, masked codes; agreement is in test_agreement."""

import hashlib

import pandas as pd
import pytest

from conftest import document
from stance.errors import StanceError
from stance.label import AUTHORED_COLUMNS, CODE_COLUMNS, CORPUS_COLUMNS, label, masked, pair
from stance.records import STATEMENTS, empty

TEXT = "The Kremlin said talks would go on. Washington said no more."


def authored(**fields: str) -> dict[str, str]:
    row = dict.fromkeys(AUTHORED_COLUMNS, "") | {
        "text": "We ask for an answer.",
        "act": "demand",
        "issue": "none_other",
        "stance": "n/a",
    }
    return (
        row
        | {
            "side": "US",
            "genre": "news",
            "quote": "direct",
            "kind": "plain",
            "scenario": "s1",
            "coder": "human",
            "coder_a": "demand",
            "coder_b": "demand",
        }
        | fields
    )


def code(start: int, end: int, **fields: str) -> dict[str, str]:
    words = TEXT[start:end]
    row = dict.fromkeys(CODE_COLUMNS, "") | {
        "doc_id": "d1",
        "spans": f"{start}-{end}",
        "sha256": hashlib.sha256(words.encode()).hexdigest(),
    }
    row |= {"speaker": "The Kremlin", "side": "RUS", "addressee": "unspecified", "quote": "indirect", "act": "other"}
    return row | {"issue": "diplomacy_talks", "stance": "favour", "coder": "human", "coder_a": "other", "coder_b": "other"} | fields


def corpus(**fields: str) -> dict[str, str]:
    row = dict.fromkeys(CORPUS_COLUMNS, "") | {"statement_id": "c:d9:0-5", "corpus": "c", "doc_id": "d9", "spans": "0-5", "sha256": "0"}
    row |= {"side": "RUS", "genre": "transcript", "source": "Kremlin", "year": "2022", "quote": "turn", "act": "warning", "part": "random"}
    codes = {"coder_a": "warning", "issue": "sanctions", "issue_a": "sanctions", "stance": "against", "stance_a": "against"}
    return row | codes | {"coder": "human", "pi": "0.1"} | fields


def frames(
    codes: list[dict[str, str]], stood_off: list[dict[str, str]] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    table, other = pd.DataFrame(codes, columns=CODE_COLUMNS), pd.DataFrame(stood_off or [], columns=CORPUS_COLUMNS)
    return pd.DataFrame([authored()]), other, table, pd.DataFrame([document(TEXT)]), empty(STATEMENTS)


def test_coded_words_are_read_from_the_document() -> None:
    result = label(*frames([code(17, 34)]))
    assert result.coded["content"].tolist() == ["talks would go on"]
    assert result.coded["extracted"].tolist() == [""]
    assert result.labelled["act"].tolist() == ["demand"]


def test_changed_words_are_refused() -> None:
    with pytest.raises(StanceError, match="of other words"):
        label(*frames([code(17, 34) | {"spans": "18-34"}]))


def test_rows_without_a_settled_act_are_left_out_and_counted() -> None:
    tied = pd.DataFrame([authored(), authored(text="They must answer.", act="", coder_b="warning")])
    result = label(tied, *frames([])[1:])
    assert len(result.labelled) == 1
    assert result.dropped == {"coders disagree, not adjudicated": 1}
    assert result.agreement["authored"]["disagreements"] == 1


def test_codes_of_other_documents_and_headings_are_counted() -> None:
    result = label(*frames([code(17, 34) | {"doc_id": "gone"}, code(17, 34, duplicate_of="heading")]))
    assert result.coded.empty
    assert result.dropped == {"coded document not ingested": 1, "heading that repeats a statement": 1}


def test_missing_columns_are_named() -> None:
    with pytest.raises(StanceError, match="scenario"):
        label(pd.DataFrame([authored()]).drop(columns="scenario"), *frames([])[1:])


def statement(spans: list[list[int]], name: str, side: str = "US") -> dict[str, object]:
    return {"doc_id": "d1", "spans": spans, "statement_id": name, "side": side}


def test_statements_match_one_to_one_by_overlap() -> None:
    coded = [statement([[0, 10]], ""), statement([[20, 30]], "")]
    extracted = [statement([[0, 9]], "near"), statement([[0, 10]], "same"), statement([[26, 40]], "little")]
    assert pair(coded, extracted) == {0: "same"}


def test_joint_statements_match_by_side() -> None:
    coded = [statement([[0, 10]], "", "US"), statement([[0, 10]], "", "RUS")]
    extracted = [statement([[0, 10]], "r", "RUS"), statement([[0, 10]], "u", "US")]
    assert pair(coded, extracted) == {0: "u", 1: "r"}


def test_codes_of_a_corpus_stand_off_without_words() -> None:
    rows = [corpus(), corpus(statement_id="c:d9:9-12", act="ineligible"), corpus(statement_id="c:d9:14-18", act="", coder_b="other")]
    result = label(*frames([], rows))
    found = result.labelled[result.labelled["origin"] == "corpus"]
    assert found[["statement_id", "text", "act", "group", "part"]].to_numpy().tolist() == [["c:d9:0-5", "", "warning", "d9", "random"]]
    assert result.dropped == {"coders disagree, not adjudicated": 1, "no statement of an official, by its coder": 1}
    assert result.agreement["corpus"]["n"] == 1


def test_masked_codes_are_held_against_the_others_by_side() -> None:
    rows = [corpus(coder_masked=code, side=side) for side, codes in (("US", "wo"), ("RUS", "oo")) for code in codes]
    rows = [row | {"coder_masked": {"w": "warning", "o": "other"}[row["coder_masked"]]} for row in rows]
    found = masked(pd.DataFrame(rows))
    assert found["n"] == 4
    assert found["change_of_share"]["US"] == {"warning": -0.5, "reassurance": 0.0, "demand": 0.0, "other": 0.5}
    assert found["change_of_share"]["RUS"]["warning"] == -1
