"""Explanations: the words that made the difference are named, for one statement and for each act."""

import pytest

from labelled import WORDS, classifier, featured
from stance.explain import explain, learned
from stance.features import word_names
from stance.predict import Classifier


@pytest.fixture(scope="module", params=["naive_bayes", "blend_vectors"])
def fitted(request: pytest.FixtureRequest) -> Classifier:
    return classifier(featured(), request.param)


def test_the_telling_words_come_first(fitted: Classifier) -> None:
    found = explain("the brigades must leave the valley", "", fitted)
    assert set(found["code"]) == {"demand"}
    spoke_for = found[found["weight"] > 0]["feature"].head(12).tolist()
    assert {"must", "leave", "brigades", "must leave"} & set(spoke_for)
    assert found["weight"].abs().is_monotonic_decreasing
    assert ("sentence vector" in set(found["feature"])) == (fitted.encoder is not None)


def test_issue_and_stance_are_explained_too(fitted: Classifier) -> None:
    assert explain("the archive has to be opened", "ask", fitted, "issue")["code"].iloc[0] == "diplomacy_talks"


def test_the_reporting_verb_is_one_feature(fitted: Classifier) -> None:
    found = explain("the brigades leave the valley", "demand", fitted)
    assert found.loc[found["kind"] == "reporting verb", "feature"].tolist() == ["demand"]
    assert not found["feature"].str.startswith("cue:").any()
    assert "reporting verb" not in set(explain("the brigades leave the valley", "", fitted)["kind"])


def test_each_act_has_its_words(fitted: Classifier) -> None:
    names = {"words": [name for texts in WORDS.values() for text in texts for name in word_names(text)], "clauses": []}
    found = learned(fitted.models["act"], names, 21, most=5)
    assert found.groupby("code").size().eq(5).all()
    assert {"must", "archive", "ask", "brigades"} & set(found.loc[found["code"] == "demand", "feature"].str.split().explode())
