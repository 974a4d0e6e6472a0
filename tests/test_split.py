"""Training and test parts share no group, whatever the seed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelled import labelled
from stance.errors import StanceError
from stance.params import Split
from stance.split import split


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.1, 0.2, 0.34, 0.5]))
def test_parts_share_no_group_and_lose_no_row(seed: int, share: float) -> None:
    rows = labelled(12)
    parts = split(rows, params=Split(test_share=share, seed=seed))
    assert not set(parts.train["group"]) & set(parts.test["group"])
    assert sorted([*parts.train["statement_id"], *parts.test["statement_id"]]) == sorted(rows["statement_id"])
    assert len(parts.test) > 0


def test_too_few_groups_are_refused() -> None:
    with pytest.raises(StanceError, match="3 groups"):
        split(labelled(3), params=Split(test_share=0.2))
