"""News and transcripts to statements: tables of invented sentences, and what must hold of any text."""

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import document
from stance.actors import Gazetteer
from stance.attribution.reader import Reader
from stance.extract import Extracted, extract
from stance.params import Extract

Run = Callable[..., Extracted]


def rows(result: Extracted) -> list[tuple[str, str, str]]:
    """Side, kind of quotation and content."""
    return list(zip(result.rows["side"], result.rows["quote"], result.rows["content"], strict=True))


NEWS = [
    pytest.param(
        "“We will answer any strike,” Antony Blinken said.",
        [("US", "direct", "We will answer any strike")],
        id="direct, cue after",
    ),
    pytest.param(
        "Sergey Lavrov said: “We need a written answer.”",
        [("RUS", "direct", "We need a written answer")],
        id="direct, cue before",
    ),
    pytest.param(
        "“We will talk,” said Sergey Lavrov, “but not under pressure.”",
        [("RUS", "direct", "We will talk but not under pressure")],
        id="direct, cue inside",
    ),
    pytest.param(
        "“We have told them so. They know the price,” Joe Biden said on Friday.",
        [("US", "direct", "We have told them so"), ("US", "direct", "They know the price")],
        id="quote of two sentences",
    ),
    pytest.param(
        "“We came with an offer,” Antony Blinken said. “It is still on the table.”",
        [("US", "direct", "We came with an offer"), ("US", "direct", "It is still on the table")],
        id="quote that goes on without a cue",
    ),
    pytest.param(
        "Antony Blinken said that the allies would answer any attack.",
        [("US", "indirect", "the allies would answer any attack")],
        id="indirect with that",
    ),
    pytest.param("The Kremlin said talks would go on.", [("RUS", "indirect", "talks would go on")], id="indirect without that"),
    pytest.param(
        "Joe Biden said the step would be “a grave mistake” for Moscow.",
        [("US", "mixed", "the step would be “a grave mistake” for Moscow")],
        id="mixed",
    ),
    pytest.param(
        "Russia wants written guarantees from the alliance.",
        [("RUS", "indirect", "written guarantees from the alliance")],
        id="want",
    ),
    pytest.param("Washington demands that the brigades leave.", [("US", "indirect", "the brigades leave")], id="demand"),
    pytest.param("Washington fears Russia could attack.", [("US", "indirect", "Russia could attack")], id="fear"),
    pytest.param(
        "The State Department called on Moscow to free the two men.",
        [("US", "indirect", "Moscow to free the two men")],
        id="called on",
    ),
    pytest.param("Antony Blinken warned Moscow against an attack.", [("US", "indirect", "an attack")], id="warned against"),
    pytest.param("Moscow promised to return the archive.", [("RUS", "indirect", "to return the archive")], id="promised to"),
    pytest.param(
        "Lavrov: “We have sent our answer.”",
        [("RUS", "direct", "We have sent our answer")],
        id="heading with a quotation",
    ),
    pytest.param(
        "The depots are empty, according to the Pentagon.",
        [("US", "indirect", "The depots are empty")],
        id="according to",
    ),
    pytest.param(
        "Joe Biden confused his allies. By declaring that a small raid would be answered mildly.",
        [("US", "indirect", "a small raid would be answered mildly")],
        id="fragment that leans on the sentence before",
    ),
    pytest.param(
        "Joe Biden made it clear that no soldier would go.",
        [("US", "indirect", "no soldier would go")],
        id="made it clear",
    ),
    pytest.param("Ukrainian officials said the line held.", [("other", "indirect", "the line held")], id="another side"),
    pytest.param("Ned Nobody said the line held.", [("unknown", "indirect", "the line held")], id="unknown name"),
    pytest.param("The two ministers met in Geneva for an hour.", [], id="no statement"),
    pytest.param("Antony Blinken did not say when he would travel.", [], id="said nothing"),
    pytest.param("The so-called “peace bridge” was closed on Monday.", [], id="scare quotes"),
]


@pytest.mark.parametrize(("text", "expected"), NEWS)
def test_news(text: str, expected: list[tuple[str, str, str]], extracted: Run) -> None:
    assert rows(extracted(text)) == expected


MISSES = [
    pytest.param(
        "The warning came from Antony Blinken: no attack would go unanswered.",
        [("US", "indirect", "no attack would go unanswered")],
        id="noun as cue",
        marks=pytest.mark.xfail(strict=True, reason="nouns of speech are not read as cues"),
    ),
    pytest.param(
        "KREMLIN DEMANDS ANSWER FROM ALLIES",
        [("RUS", "indirect", "ANSWER FROM ALLIES")],
        id="headline in capitals",
        marks=pytest.mark.xfail(strict=True, reason="the parser does not read sentences in capitals"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), MISSES)
def test_known_misses(text: str, expected: list[tuple[str, str, str]], extracted: Run) -> None:
    assert rows(extracted(text)) == expected


SOURCES = [
    pytest.param("Antony Blinken met reporters. He said the door was open.", "Antony Blinken", "pronoun", id="he"),
    pytest.param("The US Secretary of State said the door was open.", "Antony Blinken", "role", id="office on the date"),
    pytest.param("The Russian foreign minister said the door was open.", "Sergey Lavrov", "role", id="office with adjective"),
    pytest.param("Putin’s spokesman said the door was open.", "Dmitry Peskov", "possessive", id="spokesman of a person"),
    pytest.param("Biden’s spokeswoman said the door was open.", "Jen Psaki", "possessive", id="spokeswoman of a person"),
    pytest.param("Antony Blinken arrived. Blink said the door was open.", "Antony Blinken", "slip", id="slip of translation"),
    pytest.param(
        "The US and its allies met. The US and its allies said the door was open.",
        "United States",
        "group",
        id="with allies",
    ),
    pytest.param("The Kremlin said the door was open.", "The Kremlin", "organ", id="organ"),
    pytest.param("US officials said the door was open.", "US officials", "officials", id="unnamed officials"),
    pytest.param(
        "Antony Blinken flew in. His Russian counterpart said the door was open.",
        "His Russian counterpart",
        "counterpart",
        id="counterpart",
    ),
]


@pytest.mark.parametrize(("text", "speaker", "basis"), SOURCES)
def test_sources(text: str, speaker: str, basis: str, extracted: Run) -> None:
    found = extracted(text).rows.iloc[-1]
    assert (found["speaker"], found["side_basis"]) == (speaker, basis)


def test_both_is_one_row_for_each_side(extracted: Run) -> None:
    found = extracted("Antony Blinken met Sergey Lavrov. Both said that the talks were useful.").rows
    assert list(zip(found["speaker"], found["side"], strict=True)) == [
        ("Antony Blinken", "US"),
        ("Sergey Lavrov", "RUS"),
    ]
    assert found["attribution_id"].nunique() == 1
    assert found["statement_id"].is_unique


def test_they_is_the_side_with_its_allies(extracted: Run) -> None:
    found = extracted("The US and its allies fear an attack. They demand that the brigades leave.").rows
    assert found["side"].tolist() == ["US", "US"]
    assert found["side_basis"].tolist() == ["group", "pronoun"]


def test_an_office_is_held_on_its_dates_only(extracted: Run) -> None:
    before = extracted("The US Secretary of State said the door was open.", published="2018-06-01").rows.iloc[0]
    assert before["speaker"] == "Mike Pompeo"
    after = extracted("Antony Blinken said the door was open.", published="2025-09-01").rows.iloc[0]
    assert (after["side"], after["side_basis"]) == ("other", "out of office")


def test_orphan_paragraph_goes_on_from_the_speaker_before(extracted: Run) -> None:
    text = "“We came with an offer,” Antony Blinken said.\n\n“It is still on the table, and it will stay there.”"
    found = extracted(text).rows
    assert found["speaker"].tolist() == ["Antony Blinken"] * 2


TRANSCRIPT = """MS. PSAKI:  We have been clear. Any attack will be answered.

Q    Will you send troops?

MS. PSAKI:  No. We have no plans to send troops.

Q    And sanctions?

MS. PSAKI:  They are ready, and they are severe.
"""


def test_turns_of_a_transcript_leave_out_questions(extracted: Run) -> None:
    found = extracted(TRANSCRIPT, genre="transcript").rows
    assert found["speaker"].unique().tolist() == ["Jen Psaki"]
    assert found["quote"].unique().tolist() == ["turn"]
    assert "Any attack will be answered." in found["content"].tolist()
    assert not found["content"].str.contains(r"\?").any()


@pytest.mark.parametrize(
    ("tag", "side", "speaker", "found"),
    [
        pytest.param("THE PRESIDENT", "US", "Joe Biden", "US", id="office of the document's side"),
        pytest.param("SENIOR ADMINISTRATION OFFICIAL", "US", "SENIOR ADMINISTRATION OFFICIAL", "US", id="unnamed official"),
        pytest.param("THE PRESIDENT", "", "THE PRESIDENT", "unknown", id="office of no side that is known"),
        pytest.param("MR. NOBODY", "US", "MR. NOBODY", "unknown", id="name that is not in the gazetteer"),
    ],
)
def test_tags_of_offices(tag: str, side: str, speaker: str, found: str, extracted: Run) -> None:
    row = extracted(f"{tag}:  We have been clear.\n\n{tag}:  We are clear today.\n", genre="transcript", side=side).rows.iloc[0]
    assert (row["speaker"], row["side"]) == (speaker, found)


def test_a_speech_belongs_to_the_speaker_in_its_metadata(extracted: Run) -> None:
    found = extracted("We seek no quarrel.\n\nWe ask for a written answer.", genre="transcript", speaker="Sergey Lavrov", side="RUS").rows
    assert found["side"].tolist() == ["RUS", "RUS"]


def test_addressee_is_who_is_told_or_named(extracted: Run) -> None:
    told = extracted("Sergey Lavrov assured Washington that no one was in danger.").rows.iloc[0]
    named = extracted("Sergey Lavrov said that Ukraine had nothing to fear.").rows.iloc[0]
    nobody = extracted("Sergey Lavrov said that the talks were useful.").rows.iloc[0]
    assert [told["addressee"], named["addressee"], nobody["addressee"]] == ["US", "UKR", "unspecified"]


def test_words_before_the_body_are_not_read(extracted: Run) -> None:
    head = "---\nnote: The Kremlin said talks would go on.\n---\n"
    found = extracted(head + "The Kremlin said talks had ended.", body_start=len(head)).rows
    assert found["content"].tolist() == ["talks had ended"]
    assert "note:" not in found["context"][0] and found["context"][0].endswith("The Kremlin said")


def test_copies_and_repetitions_are_counted(reader: Reader, actors: Gazetteer) -> None:
    text = "The Kremlin said the talks would go on tomorrow.\n\nThe Kremlin said the talks would go on tomorrow."
    frame = pd.DataFrame([document(text), document(text, doc_id="d2", copy_of="d1")])
    result = extract(frame, params=Extract(), reader=reader, gazetteer=actors)
    assert len(result.rows) == 1
    assert result.dropped == {"document is a near copy": 1, "repeated in the document": 1}


PIECES = st.sampled_from(
    [
        "“",
        "”",
        '"',
        "‘",
        "’",
        "\n",
        "\n\n",
        " ",
        ". ",
        ", ",
        ": ",
        "Blinken",
        " said",
        " Lavrov",
        " warned",
        " that",
        " Russia",
        " wants",
        " both",
        " He",
        " not",
        "Q ",
        "MS. PSAKI:",
    ]
)


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(PIECES, min_size=1, max_size=40), genre=st.sampled_from(["news", "transcript"]))
def test_offsets_point_at_the_content_of_any_text(pieces: list[str], genre: str, reader: Reader, actors: Gazetteer) -> None:
    text = "".join(pieces)
    if not text.strip():
        return
    found = extract(pd.DataFrame([document(text, genre=genre)]), params=Extract(), reader=reader, gazetteer=actors).rows
    for row in found.to_dict("records"):
        assert " ".join(text[start:end] for start, end in row["spans"]) == row["content"]
        assert all(a[1] <= b[0] for a, b in zip(row["spans"], row["spans"][1:], strict=False))
        if row["source_span"]:
            assert text[slice(*row["source_span"])] == row["source_text"]
