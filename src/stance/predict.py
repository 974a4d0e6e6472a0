"""Statements to predictions: act, issue and stance with probabilities, and the set of acts that can't be ruled out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from stance.attribution.grammar import Parser
from stance.calibration import Calibrated
from stance.certainty import in_set
from stance.codebook import ACTS
from stance.drift import drift, measures, vocabulary
from stance.features import describe
from stance.params import Predict
from stance.records import FEATURES, PREDICTIONS, STATEMENTS, check, empty
from stance.rules import states_condition
from stance.vectors import Encoder


@dataclass(frozen=True)
class Classifier:
    """Fitted models by target, thresholds of prediction sets by side, the training mix, and what turns words into features.

    `parser` is None where no model reads clauses, `encoder` where none reads sentence vectors. `recipes` name the kind of each model
    (see `stance.models`).
    """

    recipes: dict[str, str]
    models: dict[str, Calibrated]
    thresholds: dict[str, float]
    reference: dict[str, Any]
    parser: Parser | None
    encoder: Encoder | None

    @property
    def name(self) -> str:
        """The kind of the act model."""
        return self.recipes["act"]


@dataclass(frozen=True)
class Predictions:
    """`rows` fit records.PREDICTIONS; `drift` is the stability index by measure, see `stance.drift`."""

    rows: pd.DataFrame
    drift: dict[str, float]


def classify(rows: pd.DataFrame, classifier: Classifier) -> pd.DataFrame:
    """Columns `act`, `p_<act>`, `prediction_set`, `issue`, `p_issue`, `stance`, `p_stance` for rows with `text`, `cue` and `side`,
    and `context` where it is known.

    `act` weighs the cost of missing a rare act and is not always the likeliest (see `stance.calibration`); `prediction_set` holds
    every act whose probability reaches the side's threshold, the likeliest, and `act`.
    """
    return coded(describe(rows, parser=classifier.parser, encoder=classifier.encoder), rows["side"], classifier)


def coded(features: pd.DataFrame, side: pd.Series, classifier: Classifier) -> pd.DataFrame:
    """The columns of `classify` for rows of `features` (FEATURES) whose speakers are of `side`."""
    model = classifier.models["act"]
    probability = model.probabilities(features, ACTS)
    result = pd.DataFrame({f"p_{code}": probability[:, n] for n, code in enumerate(ACTS)}, index=features.index)
    acts = model.decide(probability[:, [ACTS.index(act) for act in model.classes_]]).astype(str)
    result.insert(0, "act", acts)
    sets = in_set(probability, side, classifier.thresholds)
    result["prediction_set"] = [
        [code for code, inside in zip(ACTS, row, strict=True) if inside or code == act] for row, act in zip(sets, acts, strict=True)
    ]
    for target in ("issue", "stance"):
        found = classifier.models[target].predict_proba(features)
        codes = classifier.models[target].decide(found)
        result[target] = codes.astype(str)
        result[f"p_{target}"] = found[np.arange(len(found)), np.searchsorted(classifier.models[target].classes_, codes)]
    return result


def predict(
    statements: pd.DataFrame,
    classifier: Classifier,
    *,
    params: Predict,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Predictions:
    """Predictions for records.STATEMENTS, and how far these are from the training mix."""
    check(statements, STATEMENTS)
    if statements.empty:
        return Predictions(empty(PREDICTIONS), {})
    rows = statements.rename(columns={"content": "text"})
    words = vocabulary(classifier.models["act"])
    parts, mix = [], []
    for n in track(range(0, len(rows), params.batch)):
        part = rows.iloc[n : n + params.batch]
        features = describe(part, parser=classifier.parser, encoder=classifier.encoder)
        parts.append(coded(features[FEATURES], part["side"], classifier))
        parts[-1]["conditional"] = part["text"].map(states_condition)
        mix.append(measures(features, parts[-1][[f"p_{act}" for act in ACTS]].max(axis=1).to_numpy(), words))
    found = check(pd.concat([statements, pd.concat(parts)], axis=1), PREDICTIONS)
    return Predictions(found, drift(pd.concat(mix, ignore_index=True), classifier.reference))
