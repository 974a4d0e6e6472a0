"""The sentence encoder: statements of documents that one model learnt from are read by the other, all others by both."""

from pathlib import Path

import numpy as np
import pytest

from stance.errors import StanceError
from stance.vectors import LOG_SCALE, Tuned, load_encoder, with_cue

TEXTS = ["We will answer any strike with force.", "They must leave at once.", "We threaten no one.", "The meeting took two hours."]
NONE = [""] * len(TEXTS)


def tuned() -> Tuned:
    encoder = load_encoder()
    assert isinstance(encoder, Tuned)
    return encoder


def test_log_odds_of_a_target_are_centred() -> None:
    acts = tuned()(TEXTS, NONE, NONE)[:, :4].astype(float)
    assert np.abs(acts.sum(axis=1)).max() <= 4 and len(set(map(tuple, acts))) == len(TEXTS)


def test_a_statement_of_a_coded_document_is_read_by_the_model_that_has_not_seen_it() -> None:
    encoder = tuned()
    first, second = (next(group for group, half in encoder.seen.items() if half == wanted) for wanted in (0, 1))
    by_second, by_first = (encoder(TEXTS, NONE, [group] * len(TEXTS)).astype(float) for group in (first, second))
    both = encoder(TEXTS, NONE, NONE).astype(float)
    assert not np.array_equal(by_first, by_second)
    kept = np.abs(both) < 127  # a byte holds no more
    assert np.abs((by_first + by_second) / 2 * encoder.stretch - both)[kept].max() <= 1 + encoder.stretch / 2 and kept.mean() > 0.9


def test_a_mean_of_two_models_varies_as_much_as_one_would_have_it() -> None:
    assert 1.05 < tuned().stretch < 1.5


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
