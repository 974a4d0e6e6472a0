"""How labels were drawn, as read from their columns."""

import numpy as np
import pandas as pd
import pytest

from stance.design import DOCUMENTS, STATEMENTS, Design, read_design
from stance.errors import StanceError

PREDICTIONS = pd.DataFrame(
    {"statement_id": [f"s{n}" for n in range(12)], "doc_id": [f"d{n // 3}" for n in range(12)], "side": "US", "act": "other"}
)


def labels(*rows: int, **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({"statement_id": [f"s{n}" for n in rows], "act": "warning", "pi": 0.5})
    return frame.assign(**columns)


def test_statements_of_several_documents_are_statements_drawn() -> None:
    labelled, design = read_design(labels(0, 4, 8), PREDICTIONS)
    assert design.by == STATEMENTS and design.unit.tolist() == [0, 1, 2] and design.pi.tolist() == [0.5] * 3
    assert labelled["act_predicted"].tolist() == ["other"] * 3 and design.weight.tolist() == [2.0] * 3


def test_documents_labelled_whole_are_documents_drawn() -> None:
    _, design = read_design(labels(0, 1, 2, 9, 10, 11), PREDICTIONS)
    assert design.by == DOCUMENTS and design.unit.tolist() == [0, 0, 0, 1, 1, 1] and len(design.pi) == 2


def test_a_lost_label_does_not_turn_documents_into_statements() -> None:
    _, design = read_design(labels(*range(11)), PREDICTIONS)
    assert design.by == DOCUMENTS


def test_what_is_said_goes_before_what_is_seen() -> None:
    whole = labels(0, 1, 2)
    assert read_design(whole, PREDICTIONS, STATEMENTS)[1].by == STATEMENTS
    assert read_design(whole.assign(design=STATEMENTS), PREDICTIONS)[1].by == STATEMENTS
    assert read_design(whole.assign(design=STATEMENTS), PREDICTIONS, DOCUMENTS)[1].by == DOCUMENTS


def test_strata_are_those_named_or_else_of_one_probability() -> None:
    named = labels(0, 4, 8, stratum=["a", "b", "a"])
    assert read_design(named, PREDICTIONS)[1].stratum.tolist() == [0, 1, 0]
    unnamed = pd.DataFrame({"statement_id": range(20), "doc_id": "d0", "pi": [0.5, 0.25] * 10})
    assert Design.of(unnamed, STATEMENTS).stratum.tolist() == [0, 1] * 10


def test_units_with_probabilities_of_their_own_make_one_stratum() -> None:
    rows = pd.DataFrame({"statement_id": range(20), "doc_id": "d0", "pi": np.linspace(0.1, 0.9, 20)})
    assert Design.of(rows, STATEMENTS).stratum.tolist() == [0] * 20


def test_a_document_drawn_has_one_probability() -> None:
    with pytest.raises(StanceError, match="d0"):
        read_design(labels(0, 1, 2, pi=[0.5, 0.5, 0.4]), PREDICTIONS, DOCUMENTS)


def test_the_document_is_that_of_the_prediction() -> None:
    assert read_design(labels(0, 4, doc_id="elsewhere"), PREDICTIONS)[0]["doc_id"].tolist() == ["d0", "d1"]


def test_units_are_numbered_by_first_appearance() -> None:
    rows = pd.DataFrame({"statement_id": ["b", "a"], "doc_id": ["y", "x"], "pi": [0.1, 0.2]})
    design = Design.of(rows, DOCUMENTS)
    assert np.array_equal(design.unit, [0, 1]) and np.array_equal(design.pi, [0.1, 0.2])
