"""What stands before a statement: the beginning of the title and the end of the text before, in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.context import BEFORE, TITLE, context


@pytest.mark.parametrize(
    ("title", "before", "expected"),
    [
        ("Talks on grain", "The envoy spoke.\n\nHe said ", "Talks on grain | The envoy spoke. He said"),
        ("Talks on grain", "", "Talks on grain"),
        ("", " He said: ", "He said:"),
        ("", "", ""),
        ("t" * 300, "b" * 300, f"{'t' * TITLE} | {'b' * BEFORE}"),
    ],
)
def test_title_and_text_before(title: str, before: str, expected: str) -> None:
    assert context(title, before) == expected


@given(st.text(), st.text())
def test_it_is_short_and_in_one_line(title: str, before: str) -> None:
    assert len(context(title, before)) <= TITLE + BEFORE + 3
    assert len(context(title, before).splitlines()) <= 1
