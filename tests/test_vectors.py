"""The sentence encoder: a statement of a document that one half learnt from is read by the other half, any other by the whole."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stance.errors import StanceError
from stance.vectors import HALVES, LOG_SCALE, WHOLE, Tuned, load_encoder, with_cue

TEXTS = ["We will answer any strike with force.", "They must leave at once.", "We threaten no one.", "The meeting took two hours."]
NONE = [""] * len(TEXTS)


def tuned() -> Tuned:
    encoder = load_encoder()
    assert isinstance(encoder, Tuned)
    return encoder


def test_log_odds_of_a_target_are_centred() -> None:
    acts = tuned()(TEXTS, NONE, NONE)[:, :4].astype(float)
    assert np.abs(acts.sum(axis=1)).max() <= 4 and len(set(map(tuple, acts))) == len(TEXTS)


@pytest.mark.parametrize(("half", "reader"), [(0, HALVES[1]), (1, HALVES[0]), (None, WHOLE)])
def test_a_statement_is_read_by_a_model_that_has_not_seen_its_document(half: int | None, reader: str) -> None:
    encoder = tuned()
    group = next((group for group, known in encoder.seen.items() if known == half), "no document of ours")
    read_by = encoder(TEXTS, NONE, [group] * len(TEXTS))
    for name in encoder.upper:
        other = next(one for one in encoder.upper if one != name)
        swapped = replace(encoder, upper=encoder.upper | {name: encoder.upper[other]})
        assert np.array_equal(swapped(TEXTS, NONE, [group] * len(TEXTS)), read_by) == (name != reader)


def test_statements_of_several_documents_are_read_together() -> None:
    encoder = tuned()
    groups = [next(group for group, half in encoder.seen.items() if half == wanted) for wanted in (0, 1)] + ["", ""]
    alone = [encoder([text], [""], [group]) for text, group in zip(TEXTS, groups, strict=True)]
    assert np.abs(encoder(TEXTS, NONE, groups).astype(int) - np.concatenate(alone)).max() <= 1


def test_the_context_is_read() -> None:
    encoder = tuned()
    where = ["Ceasefire in Gaza | He spoke of the hostages and the truce."] * len(TEXTS)
    assert np.abs(encoder(TEXTS, where, NONE).astype(int) - encoder(TEXTS, NONE, NONE)).max() > LOG_SCALE


def test_the_reporting_verb_is_read() -> None:
    assert with_cue("the soldiers withdraw", "demand") == "demand: the soldiers withdraw"
    assert with_cue("The soldiers withdraw.", "") == "The soldiers withdraw."


def test_a_vector_does_not_depend_on_the_batch() -> None:
    encoder = tuned()
    together = encoder([*TEXTS, "word " * 300] * 20, [""] * 100, [""] * 100)
    alone = np.concatenate([encoder([text], [""], [""]) for text in TEXTS])
    assert np.abs(together[:4].astype(int) - alone).max() <= 1


@pytest.mark.parametrize("text", ["", "\u202e\x00", "😀" * 500, "мы ответим"])
def test_odd_texts_have_vectors(text: str) -> None:
    assert tuned()([text], [text], [""]).shape == tuned()(["a"], ["b"], [""]).shape


def test_no_statements() -> None:
    assert tuned()([], [], []).shape[0] == 0


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StanceError, match="is no folder"):
        load_encoder(str(tmp_path / "absent"))
