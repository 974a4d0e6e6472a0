"""Features: words become hashes that are the same everywhere, and a statement's features do not depend on its neighbours."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.attribution.reader import Reader
from stance.features import LONGEST, describe, hashed, unpacked, word_names
from stance.records import FEATURES
from stance.vectors import load_encoder

ROWS = pd.DataFrame({"text": ["We won’t leave.", "They must answer!", "x"], "cue": ["say", "", ""]})


def test_words_are_lower_case_with_their_pairs() -> None:
    assert word_names("We won’t go!") == ["we", "won't", "go", "!", "we won't", "won't go", "go !"]


@given(st.lists(st.text(max_size=12), max_size=20))
def test_hashes_are_unpacked_in_their_order(names: list[str]) -> None:
    assert len(unpacked(hashed(names))) == len(names)
    assert unpacked(hashed(names)) == [number for name in names for number in unpacked(hashed([name]))]


def test_hashes_are_fixed() -> None:
    assert unpacked(hashed(["we will", "act we|will"])) == [3185728938, 476004732]


def test_features_do_not_depend_on_the_batch(reader: Reader) -> None:
    together = describe(ROWS, parser=reader.parser, encoder=load_encoder())
    for n in range(len(ROWS)):
        alone = describe(ROWS.iloc[[n]], parser=reader.parser, encoder=None)
        for name in ("words", "clauses", "keywords"):
            assert together[name].iloc[n] == alone[name].iloc[0]
    assert {len(vector) for vector in together["vector"]} == {21}


def test_the_vector_hears_the_reporting_verb() -> None:
    rows = pd.DataFrame({"text": ["the soldiers withdraw"] * 2, "cue": ["", "demand"]})
    found = describe(rows, parser=None, encoder=load_encoder())
    assert found["vector"][0] != found["vector"][1] and found["words"][0] == found["words"][1]


def test_no_rows(reader: Reader) -> None:
    assert list(describe(ROWS.head(0), parser=reader.parser, encoder=None).columns) == FEATURES


@pytest.mark.parametrize("text", ["word " * 5000, "\u202e\x00\ud83d", "😀", "…"])
def test_odd_and_long_texts_have_features(text: str, reader: Reader) -> None:
    rows = pd.DataFrame({"text": [text.encode("utf-8", "replace").decode()], "cue": [""]})
    found = describe(rows, parser=reader.parser, encoder=load_encoder())
    assert len(unpacked(found["words"].iloc[0])) <= 2 * LONGEST


def test_words_of_the_context_are_a_feature_of_their_own() -> None:
    rows = pd.DataFrame({"text": ["We will answer."] * 2, "cue": [""] * 2, "context": ["Ceasefire talks | He spoke.", ""]})
    found = describe(rows, parser=None, encoder=None)
    assert unpacked(found["nearby"][0]) == unpacked(hashed(["ceasefire", "talks", "he", "spoke"])) and found["nearby"][1] == b""
    assert found["words"][0] == found["words"][1]
    assert describe(rows.drop(columns="context"), parser=None, encoder=None)["nearby"].tolist() == [b"", b""]
