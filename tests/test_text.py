"""Paragraphs and quotations: offsets, marks of all kinds, and hostile input."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text import Span, paragraphs, quotes


def inner(text: str) -> list[str]:
    return [text[q.start : q.end] for q in quotes(text, Span(0, len(text)))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("“We leave,” he said.", ["We leave,"], id="curly"),
        pytest.param('He said: "We leave."', ["We leave."], id="straight"),
        pytest.param("„Wir gehen“, said the envoy.", ["Wir gehen"], id="german"),
        pytest.param("« We leave », he said.", [" We leave "], id="french"),
        pytest.param("''We leave,'' he said.", ["We leave,"], id="doubled"),
        pytest.param("‘We leave,’ he said.", ["We leave,"], id="single"),
        pytest.param("“They call it ‘our door’ here,” she said.", ["They call it ‘our door’ here,"], id="nested"),
        pytest.param("The Kremlin’s aides didn’t answer.", [], id="apostrophes"),
        pytest.param('An odd " mark.', [], id="odd mark"),
        pytest.param("''It's late,'' he said. ''We don't leave.''", ["It's late,", "We don't leave."], id="doubled with apostrophes"),
        pytest.param('“We leave," he said. "It is late.”', ["We leave,", "It is late."], id="curly and straight mixed"),
        pytest.param('“He said "now" and left,” she said.', ['He said "now" and left,'], id="straight inside curly"),
        pytest.param('He went on: "We leave. It is late.', ["We leave. It is late."], id="never closed behind a colon"),
        pytest.param('A 5\'10" man and a 6" nail.', [], id="feet and inches"),
        pytest.param("“One,” he said, “two.”", ["One,", "two."], id="two parts"),
    ],
)
def test_quotes(text: str, expected: list[str]) -> None:
    assert inner(text) == expected


def test_quotation_that_begins_a_paragraph_and_never_closes_runs_to_its_end() -> None:
    text = "“We leave. And more."
    (quote,) = quotes(text, Span(0, len(text)))
    assert (quote.start, quote.end) == (1, len(text))


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    line = "The ministry said on Tuesday that the units would leave the"
    text = f"{line}\n{line}\nvalley.\n\nA new paragraph."
    assert [text[p.start : p.end] for p in paragraphs(text)] == [f"{line}\n{line}\nvalley.", "A new paragraph."]


def test_short_lines_are_paragraphs_of_their_own() -> None:
    text = "Title\r\nFirst.\r\nSecond."
    assert [text[p.start : p.end] for p in paragraphs(text)] == ["Title", "First.", "Second."]


@given(st.text(alphabet="ab “”\"'‘’„«».\n", max_size=200))
def test_any_text_gives_ordered_quotes_inside_their_paragraph(text: str) -> None:
    for paragraph in paragraphs(text):
        found = quotes(text, paragraph)
        assert all(paragraph.start <= q.start < q.end <= paragraph.end for q in found)
        assert all(one.end <= two.start for one, two in pairwise(found))


def test_a_long_run_of_marks_takes_linear_time() -> None:
    text = "a" + "“" * 300_000  # quadratic work would not end
    assert quotes(text, Span(0, len(text))) == []
