"""Codes to labels: matching by place, refusal of changed words, ties left out, and agreement by known values."""

import hashlib

import krippendorff
import numpy as np
import pandas as pd
import pytest

from conftest import document
from stance.errors import StanceError
from stance.label import AUTHORED_COLUMNS, CODE_COLUMNS, agreements, label, pair
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


def frames(codes: list[dict[str, str]]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    table = pd.DataFrame(codes, columns=CODE_COLUMNS)
    return pd.DataFrame([authored()]), table, pd.DataFrame([document(TEXT)]), empty(STATEMENTS)


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


def test_alpha_is_that_of_the_library_and_lies_in_its_interval() -> None:
    rng = np.random.default_rng(5)
    acts = np.array(["warning", "reassurance", "demand", "other"])
    first = rng.choice(acts, 200)
    second = np.where(rng.random(200) < 0.8, first, rng.choice(acts, 200))
    rows = pd.DataFrame(
        {
            "coder_a": first,
            "coder_b": second,
            "side": rng.choice(["US", "RUS"], 200),
            "scenario": rng.integers(0, 40, 200).astype(str),
        }
    )
    found = agreements(rows, "scenario")["alpha"]
    expected = krippendorff.alpha(
        value_counts=None,
        reliability_data=[
            pd.factorize(pd.concat([rows["coder_a"], rows["coder_b"]]))[0][:200],
            pd.factorize(pd.concat([rows["coder_a"], rows["coder_b"]]))[0][200:],
        ],
        level_of_measurement="nominal",
    )
    assert found["overall"]["value"] == pytest.approx(expected)
    for part in found.values():
        assert part["low"] <= part["value"] <= part["high"]
    assert set(found) == {"overall", *acts, "US", "RUS"}
