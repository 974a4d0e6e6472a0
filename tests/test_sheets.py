"""What coders see: statements in their context, blind, and the formats of Label Studio in both directions."""

import json
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import document
from stance.codebook import ACTS, codebook
from stance.codes import OPEN, read_codes
from stance.errors import StanceError
from stance.sample import DESIGN
from stance.sheets import CODES, CONTEXT, SEEN, from_label_studio, label_config, sheet, tasks

LONG = "Grey rain fell on the harbour. " * 30
FIRST = f"{LONG}“We shall wait,” the minister said, “until autumn.” {LONG}"
SECOND = "They must answer. The hall was quiet."
CHOICES = {"act": list(ACTS), "secondary": list(ACTS), "issue": list(codebook().issues), "stance": list(codebook().stances)}
PREDICTED = {"act": "warning", "p_warning": 0.987654, "issue": "arms_control", "stance": "favour", "prediction_set": ["warning"]}


def documents() -> pd.DataFrame:
    return pd.DataFrame(
        [
            document(FIRST, title="Rain at the harbour", published="2022-01-21", outlet="The Invented Post", url="http://invented.example"),
            document(SECOND, doc_id="d2", title="A quiet hall", published="2022-02"),
        ]
    )


def statements() -> pd.DataFrame:
    """A statement in two pieces in the midst of a long text, and one that begins a short text; with the classifier's codes."""
    pieces = [[FIRST.index(part), FIRST.index(part) + len(part)] for part in ("We shall wait,", "until autumn.")]
    rows = [
        {"statement_id": "a1", "doc_id": "d1", "spans": pieces, "content": "We shall wait, until autumn.", "speaker": "Ada Nobody"},
        {"statement_id": "b2", "doc_id": "d2", "spans": [[0, 17]], "content": "They must answer.", "speaker": "A ministry"},
    ]
    offices = [{"office": "Minister", "side": "US"}, {"office": "", "side": "RUS"}]
    return pd.DataFrame([row | office | PREDICTED for row, office in zip(rows, offices, strict=True)])


def drawn(*ids: str) -> pd.DataFrame:
    row = {"doc_id": "d1", "side": "US", "stratum": "US|warning|2022", "pi": 0.135791, "design": "statements"}
    return pd.DataFrame([{"statement_id": statement_id} | row for statement_id in ids], columns=DESIGN)


def shown() -> pd.DataFrame:
    return sheet(drawn("b2", "a1"), statements(), documents())


def test_a_sheet_shows_what_was_drawn_in_its_order() -> None:
    rows = shown()
    assert rows["statement_id"].tolist() == ["b2", "a1"]
    assert sheet(drawn("a1"), statements(), documents())["statement_id"].tolist() == ["a1"]


def test_a_sheet_has_empty_codes() -> None:
    assert list(shown().columns) == [*SEEN, *CODES]
    assert (shown()[CODES] == "").all().all()


HIDDEN = ["warning", "0.98", "arms_control", "favour", "US|", "stratum", "0.13", "design", "prediction", "p_", '"pi"', '"side"', '"act"']


@pytest.mark.parametrize("word", HIDDEN)
def test_neither_sheet_nor_tasks_tell_prediction_or_design(word: str) -> None:
    assert word not in shown()[SEEN].to_csv(index=False)
    assert word not in json.dumps(tasks(shown()), ensure_ascii=False)


def test_tasks_hold_what_is_seen_and_nothing_more() -> None:
    found = tasks(shown())
    assert [set(task) for task in found] == [{"data"}] * 2
    assert [list(task["data"]) for task in found] == [SEEN] * 2
    assert [task["data"] for task in found] == shown()[SEEN].to_dict("records")


def test_tasks_of_a_coded_sheet_do_not_tell_its_codes() -> None:
    coded = shown().assign(act="demand", issue="energy", stance="against")
    assert tasks(coded) == tasks(shown())


def test_the_context_is_the_text_around_the_statement() -> None:
    row = shown().set_index("statement_id").loc["a1"]
    start, end = FIRST.index("We shall"), FIRST.index("until autumn.") + len("until autumn.")
    assert row["before"] == FIRST[start - CONTEXT : start] and len(row["before"]) == CONTEXT
    assert row["after"] == FIRST[end : end + CONTEXT] and len(row["after"]) == CONTEXT
    assert row["statement"] == "We shall wait, until autumn."


def test_a_statement_at_the_edge_has_the_context_that_there_is() -> None:
    row = shown().set_index("statement_id").loc["b2"]
    assert (row["before"], row["statement"], row["after"]) == ("", "They must answer.", " The hall was quiet.")


def test_a_sheet_names_title_date_and_speaker() -> None:
    rows = shown().set_index("statement_id")
    assert rows["title"].to_dict() == {"a1": "Rain at the harbour", "b2": "A quiet hall"}
    assert rows["published"].to_dict() == {"a1": "2022-01-21", "b2": "2022-02"}
    assert rows["speaker"].to_dict() == {"a1": "Ada Nobody, Minister", "b2": "A ministry"}


def test_statements_of_documents_that_are_not_at_hand_are_refused() -> None:
    with pytest.raises(StanceError, match=r"documents d2 of the statements are not at hand; .*Try: the same run"):
        sheet(drawn("a1", "b2"), statements(), documents().head(1))


def test_drawn_statements_that_are_not_at_hand_are_refused_by_their_ids() -> None:
    with pytest.raises(StanceError, match="gone"):
        sheet(drawn("a1", "gone"), statements(), documents())


def config() -> ElementTree.Element:
    return ElementTree.fromstring(label_config())


def test_the_config_is_a_view_of_a_text_for_each_field_and_choices_for_each_code() -> None:
    assert config().tag == "View"
    assert {element.tag for element in config().iter()} <= {"View", "Style", "Text", "Header", "Choices", "Choice"}
    names = [element.get("name") for tag in ("Text", "Choices") for element in config().iter(tag)]
    assert sorted(map(str, names)) == sorted([*SEEN[1:], *CODES])


def test_the_config_shows_fields_of_the_tasks() -> None:
    fields = tasks(shown())[0]["data"]
    shown_fields = [text.get("value", "") for text in config().iter("Text")]
    assert all(field.startswith("$") and field[1:] in fields for field in shown_fields)


def test_the_statement_stands_in_its_context() -> None:
    names = [text.get("name") for text in config().iter("Text")]
    at = names.index("statement")
    assert names[at - 1 : at + 2] == ["before", "statement", "after"]


def test_every_choice_is_a_code_of_the_codebook_and_every_code_a_choice() -> None:
    """An export holds a choice's alias where it has one."""
    found = {element.get("name"): [choice.get("alias", choice.get("value")) for choice in element] for element in config().iter("Choices")}
    assert found == CHOICES


def test_no_two_choices_look_alike() -> None:
    for element in config().iter("Choices"):
        assert len({choice.get("value") for choice in element}) == len(element)


def test_choices_are_single_of_the_statement_and_needed_but_for_the_secondary_act() -> None:
    texts = {text.get("name") for text in config().iter("Text")}
    for element in config().iter("Choices"):
        assert element.get("toName") in texts and str(element.get("choice")).startswith("single")
        assert (element.get("required") == "true") == (element.get("name") != "secondary")
        assert {choice.tag for choice in element} == {"Choice"}


def choice(name: str, *values: str) -> dict[str, Any]:
    return {
        "id": f"r_{name}",
        "from_name": name,
        "to_name": "statement",
        "type": "choices",
        "origin": "manual",
        "value": {"choices": list(values)},
    }


def annotation(by: Any = 1, *, cancelled: bool = False, **codes: str) -> dict[str, Any]:
    result = [choice(name, value) for name, value in codes.items()]
    return {"id": 7, "completed_by": by, "result": result, "was_cancelled": cancelled, "ground_truth": False, "lead_time": 9.5}


def task(statement_id: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": 3,
        "data": {"statement_id": statement_id, "statement": "They must answer."},
        "annotations": list(annotations),
        "drafts": [],
        "predictions": [],
        "project": 1,
    }


def read(*exported: dict[str, Any]) -> list[dict[str, str]]:
    return from_label_studio(list(exported), "export.json").to_dict("records")


def test_an_export_is_read_as_a_row_for_each_annotation() -> None:
    found = read(
        task("a1", annotation(1, act="demand", secondary="warning", issue="iran", stance="favour")),
        task("b2", annotation(2, stance="n/a", act="other", issue="none_other")),
    )
    assert found == [
        {"statement_id": "a1", "coder": "1", "act": "demand", "secondary": "warning", "issue": "iran", "stance": "favour"},
        {"statement_id": "b2", "coder": "2", "act": "other", "secondary": "", "issue": "none_other", "stance": "n/a"},
    ]


ANNOTATORS = [
    (4, "4"),
    ({"id": 4, "email": "anna@invented.example"}, "anna@invented.example"),
    ({"id": 4, "email": ""}, "4"),
    ({"id": 4}, "4"),
]


@pytest.mark.parametrize(("by", "coder"), ANNOTATORS, ids=["a number", "number and e-mail", "no e-mail", "number in an object"])
def test_a_coder_is_an_e_mail_or_a_number(by: object, coder: str) -> None:
    assert [row["coder"] for row in read(task("a1", annotation(by, act="other")))] == [coder]


def test_cancelled_annotations_are_left_out() -> None:
    found = read(task("a1", annotation(1, act="other", cancelled=True), annotation(2, act="demand")), task("b2"))
    assert [(row["statement_id"], row["coder"]) for row in found] == [("a1", "2")]


def test_annotations_of_two_coders_are_two_rows() -> None:
    found = read(task("a1", annotation(1, act="other"), annotation(2, act="demand")))
    assert [(row["coder"], row["act"]) for row in found] == [("1", "other"), ("2", "demand")]


@pytest.mark.parametrize(
    "result",
    [
        pytest.param([], id="no result"),
        pytest.param([choice("act")], id="no choice"),
        pytest.param(None, id="nothing"),
        pytest.param([{"from_name": "note", "type": "textarea", "value": {"text": ["unsure"]}}], id="a note alone"),
    ],
)
def test_an_annotation_without_choices_is_not_coded(result: list[dict[str, Any]] | None) -> None:
    (row,) = read(task("a1", annotation() | {"result": result}))
    assert [row[name] for name in CODES] == [""] * len(CODES)


def test_an_export_without_annotations_has_the_columns_of_codes() -> None:
    rows = from_label_studio([task("a1")], "export.json")
    assert rows.empty and list(rows.columns) == OPEN


@pytest.mark.parametrize(
    "export",
    [
        pytest.param({"annotations": []}, id="an object"),
        pytest.param("a1", id="a text"),
        pytest.param(None, id="nothing"),
        pytest.param(["a1"], id="a list of texts"),
        pytest.param([{"statement_id": "a1", "act": "other", "annotator": 1}], id="JSON-MIN"),
        pytest.param(tasks(shown()), id="the tasks themselves"),
        pytest.param([task("a1"), {"data": {}}], id="one task of two"),
        pytest.param([task("a1") | {"annotations": None}], id="annotations that are no list"),
        pytest.param([task("a1") | {"annotations": [17]}], id="annotations that are no objects"),
    ],
)
def test_what_is_no_export_is_refused_with_the_format_to_choose(export: object) -> None:
    with pytest.raises(StanceError, match=r"codes\.json is no Label Studio export; .*Try: Export, format JSON \(not JSON-MIN\)"):
        from_label_studio(export, "codes.json")


ONE = st.fixed_dictionaries(
    {"act": st.sampled_from(ACTS), "issue": st.sampled_from(CHOICES["issue"]), "stance": st.sampled_from(CHOICES["stance"])},
    optional={"secondary": st.sampled_from(ACTS)},
)


@settings(max_examples=30, deadline=None)
@given(st.lists(ONE, min_size=1, max_size=8))
def test_codes_given_in_label_studio_come_back_as_they_were_given(codes: list[dict[str, str]]) -> None:
    ids = [f"s{k}" for k in range(len(codes))]
    given_in = [task(name, annotation({"id": 1, "email": "a@b.example"}, **one)) for name, one in zip(ids, codes, strict=True)]
    export = json.loads(json.dumps(given_in))
    result = read_codes(drawn(*ids), from_label_studio(export, "export.json"))
    assert result.refused.empty and result.disagreements.empty
    assert result.labels[CODES].to_dict("records") == [{"secondary": ""} | one for one in codes]
