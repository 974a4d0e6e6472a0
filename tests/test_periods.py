"""Dates are cut to the month or the year; one that is not known so precisely is unknown."""

import pandas as pd
import pytest

from stance.periods import periods

PUBLISHED = pd.Series({"a": "2022-01-21", "b": "2022-01", "c": "2022", "d": ""})


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("month", ["2022-01", "2022-01", "?", "?", "?"]),
        ("year", ["2022", "2022", "2022", "?", "?"]),
        ("all", ["", "", "", "", ""]),
    ],
)
def test_periods(period: str, expected: list[str]) -> None:
    assert periods(pd.Series(["a", "b", "c", "d", "e"]), PUBLISHED, period, unknown="?").tolist() == expected
