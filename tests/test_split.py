"""Training and test parts share no group, whatever the seed, and authored statements are never tested on."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelled import featured
from stance.errors import StanceError
from stance.params import Split
from stance.split import split


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.1, 0.2, 0.34, 0.5]), origin=st.sampled_from(["authored", "corpus"]))
def test_parts_share_no_group_and_lose_no_row(seed: int, share: float, origin: str) -> None:
    rows = featured(12, origin)
    parts = split(rows, params=Split(test_share=share, seed=seed))
    assert not set(parts.train["group"]) & set(parts.test["group"])
    assert sorted([*parts.train["statement_id"], *parts.test["statement_id"]]) == sorted(rows["statement_id"])
    assert len(parts.test) > 0


def test_authored_statements_only_train() -> None:
    authored = featured(6).assign(group=lambda rows: "authored-" + rows["group"], statement_id=lambda rows: "a" + rows["statement_id"])
    parts = split(pd.concat([featured(12, "corpus"), authored], ignore_index=True), params=Split())
    assert set(parts.test["origin"]) == {"corpus"}
    assert (parts.train["origin"] == "authored").sum() == len(authored)


def test_held_out_groups_are_the_test_part_whatever_else_is_coded() -> None:
    rows = featured(12, "corpus")
    held_out = frozenset(sorted(set(rows["group"]))[:2])
    for part in (rows, rows[rows["group"].isin(held_out) | (rows.index % 2 == 0)]):
        parts = split(part, params=Split(), held_out=held_out)
        assert sorted(parts.test["statement_id"]) == sorted(rows.loc[rows["group"].isin(held_out), "statement_id"])
        assert not held_out & set(parts.train["group"])


def test_held_out_groups_that_no_statement_has_are_refused() -> None:
    with pytest.raises(StanceError, match="held-out"):
        split(featured(12, "corpus"), params=Split(), held_out=frozenset({"elsewhere"}))


def test_too_few_groups_are_refused() -> None:
    with pytest.raises(StanceError, match="groups"):
        split(featured(2), params=Split(test_share=0.1))
