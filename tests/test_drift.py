"""Drift: none between samples of one text, some between texts, and a vocabulary found inside any model."""

import numpy as np

from labelled import featured
from stance.drift import LARGE, drift, measures, reference, vocabulary, warnings
from stance.features import hashed, unpacked
from stance.params import Train
from stance.train import fit

PARAMS = Train(folds=2, inner_folds=2, jobs=1)


def test_like_samples_do_not_drift_and_longer_ones_do() -> None:
    rng = np.random.default_rng(1)
    rows = featured(60)
    found = measures(rows, rng.uniform(0.4, 1, len(rows)), frozenset(n for row in rows["words"] for n in unpacked(row)))
    order = rng.permutation(len(found))
    known = reference(found.iloc[order[::2]])
    assert max(drift(found.iloc[order[1::2]], known).values()) < LARGE
    longer = drift(found.assign(known=found["known"] * 3), known)
    assert longer["known"] > LARGE
    assert warnings(longer) == [warnings(longer)[0]] and "Number of words" in warnings(longer)[0]


def test_rare_words_that_are_not_stored_are_no_drift() -> None:
    """The stored features of the coded corpus leave out rare hashes; statements of the same kind come with all theirs."""
    rng = np.random.default_rng(2)
    rows = featured(60)
    names = frozenset(n for row in rows["words"] for n in unpacked(row))
    whole = rows.assign(words=[row + hashed(f"rare {n} {k}" for k in range(9)) for n, row in enumerate(rows["words"])])
    sure = rng.uniform(0.4, 1, len(rows))
    assert max(drift(measures(whole, sure, names), reference(measures(rows, sure, names))).values()) < 0.01


def test_few_statements_say_nothing() -> None:
    rows = featured()
    found = measures(rows, np.ones(len(rows)), frozenset())
    assert drift(found.head(10), reference(found)) == {}


def test_the_vocabulary_is_that_of_training() -> None:
    for name in ("naive_bayes", "words", "blend_vectors"):
        words = vocabulary(fit(featured(), name, "act", PARAMS))
        assert hashed(["brigades"]) and unpacked(hashed(["brigades"]))[0] in words
        assert unpacked(hashed(["zeppelin"]))[0] not in words
    for name in ("rules", "clauses"):
        assert vocabulary(fit(featured(), name, "act", PARAMS)) == frozenset()
