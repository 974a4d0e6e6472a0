"""Out-of-fold and test predictions of all models to scores, the choice of a model, and its calibration and learning curve."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from stance.codebook import ACTS, COMPARED
from stance.models import FEATURES, TARGETS
from stance.params import Evaluate, Train
from stance.records import ISSUES, STANCES
from stance.scores import (
    calibration,
    calibration_error,
    confusion,
    draw_weights,
    interval,
    macro_f1,
    score_table,
    set_threshold,
)
from stance.train import fit

CODES = {"act": list(ACTS), "issue": ISSUES, "stance": STANCES}


@dataclass(frozen=True)
class Evaluation:
    """`chosen` names a model per target and the thresholds of prediction sets; `scores` has a row per model, target, part and metric.

    `confusion`, `calibration` and `learning_curve` are of the chosen act model on the test part.
    """

    chosen: dict[str, Any]
    metrics: dict[str, Any]
    scores: pd.DataFrame
    confusion: pd.DataFrame
    calibration: pd.DataFrame
    learning_curve: pd.DataFrame


def evaluate(
    train: pd.DataFrame,
    test: pd.DataFrame,
    out_of_fold: dict[str, pd.DataFrame],
    models: dict[str, dict[str, Pipeline]],
    coded: pd.DataFrame,
    *,
    params: Evaluate,
    training: Train,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Evaluation:
    """Chooses a model per target by macro-F1 in cross-validation; the test part and the codes of real documents only confirm it.

    `out_of_fold` and `models` are `train`'s results by model name; `coded` (records.CODED) trained nothing.
    """
    weights = draw_weights(train["group"].to_numpy(), params.replicates, params.seed)
    chosen, choice = _choose(train, out_of_fold, weights, params)
    rows = []
    for name, frame in out_of_fold.items():
        for target in TARGETS:
            rows += _scored(name, target, "cross-validation", train, frame[target], params)
            rows += _scored(name, target, "test", test, models[name][target].predict(test[FEATURES]), params)
    act = models[chosen["act"]]["act"]
    real = coded.rename(columns={"content": "text"}).assign(cue=coded.get("cue", ""), genre="news", group=coded["statement_id"])
    if len(real):
        rows += _scored(chosen["act"], "act", "real article", real, act.predict(real[FEATURES]), params)
    scores = pd.DataFrame(rows)
    probabilities = act.predict_proba(test[FEATURES])
    correct = act.classes_[probabilities.argmax(axis=1)] == test["act"].to_numpy()
    bins = calibration(correct, probabilities.max(axis=1))
    table = pd.DataFrame({"actual": test["act"], "predicted": act.predict(test[FEATURES])})
    curve = _learning_curve(train, test, chosen["act"], params, training, track)
    metrics = {
        "model": {target: chosen[target] for target in TARGETS},
        "lead": choice,
        **_summary(scores, chosen),
        "calibration_error": calibration_error(bins),
    }
    return Evaluation(chosen, metrics, scores, table, bins, curve)


def _choose(
    train: pd.DataFrame, out_of_fold: dict[str, pd.DataFrame], weights: np.ndarray, params: Evaluate
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The best model per target, and its lead over the runner-up with a paired bootstrap interval."""
    chosen: dict[str, Any] = {"threshold": {}}
    choice: dict[str, Any] = {}
    for target in TARGETS:
        codes = CODES[target]
        actual = _indices(train[target], codes)
        draws = {name: _macro_draws(actual, _indices(frame[target], codes), len(codes), weights) for name, frame in out_of_fold.items()}
        ranked = sorted(draws, key=lambda name: -draws[name][0])
        best, second = ranked[0], ranked[min(1, len(ranked) - 1)]
        lead = draws[best] - draws[second]
        chosen[target] = best
        frame = out_of_fold[best]
        probability = np.array([frame[f"p_{target}_{code}"].iloc[n] for n, code in enumerate(train[target])])
        chosen["threshold"][target] = set_threshold(probability, params.set_level)
        choice[target] = {"over": second, **vars(interval(lead[0], lead[1:], params.level))}
    return chosen, choice


def _macro_draws(actual: np.ndarray, predicted: np.ndarray, classes: int, weights: np.ndarray) -> np.ndarray:
    """Macro-F1 on all rows, then in each bootstrap replicate."""
    return np.array([macro_f1(confusion(actual, predicted, classes, drawn)) for drawn in [np.ones(len(actual)), *weights]])


def _indices(codes: Iterable[str], names: list[str]) -> np.ndarray:
    place = {name: n for n, name in enumerate(names)}
    return np.array([place[code] for code in codes])


def _scored(name: str, target: str, part: str, rows: pd.DataFrame, predicted: Iterable[str], params: Evaluate) -> list[dict[str, Any]]:
    """Scores over all rows, and for acts over each side and genre as well."""
    predicted = _indices(predicted, CODES[target])
    actual = _indices(rows[target], CODES[target])
    scopes = {"all": np.ones(len(rows), dtype=bool)}
    if target == "act":
        scopes |= {side: (rows["side"] == side).to_numpy() for side in COMPARED}
        scopes |= {genre: (rows["genre"] == genre).to_numpy() for genre in sorted(set(rows["genre"]))}
    result = []
    for scope, mask in scopes.items():
        if mask.any():
            weights = draw_weights(rows["group"].to_numpy()[mask], params.replicates, params.seed)
            for metric, found in score_table(actual[mask], predicted[mask], CODES[target], weights, params.level).items():
                result.append(
                    {
                        "model": name,
                        "target": target,
                        "part": part,
                        "scope": scope,
                        "metric": metric,
                        "n": int(mask.sum()),
                        **vars(found),
                    }
                )
    return result


def _summary(scores: pd.DataFrame, chosen: dict[str, Any]) -> dict[str, Any]:
    """The chosen models' headline scores by part: macro-F1 with its interval for acts, the rest as plain values."""
    result: dict[str, Any] = {}
    for row in scores[scores["part"] != "cross-validation"].to_dict("records"):
        if row["model"] != chosen[row["target"]] or row["scope"] not in {"all", *COMPARED}:
            continue
        part = result.setdefault(row["part"].replace(" ", "_"), {})
        if row["target"] != "act" and row["metric"] == "macro_f1":
            part[f"{row['target']}_macro_f1"] = row["value"]
        elif row["target"] == "act" and row["scope"] == "all" and row["metric"] in {"macro_f1", "accuracy"}:
            part[row["metric"]] = {name: row[name] for name in ("value", "low", "high", "n")}
        elif (
            row["target"] == "act"
            and (row["scope"] == "all") == row["metric"].startswith("f1_")
            and row["metric"].startswith(("f1_", "macro_f1"))
        ):
            part[row["metric"] + ("" if row["scope"] == "all" else f"_{row['scope']}")] = row["value"]
    return result


def _learning_curve(
    train: pd.DataFrame,
    test: pd.DataFrame,
    name: str,
    params: Evaluate,
    training: Train,
    track: Callable[[Iterable[Any]], Iterable[Any]],
) -> pd.DataFrame:
    """Test macro-F1 of the chosen act model trained on growing parts of the training groups."""
    groups = train["group"].unique()
    order = np.random.default_rng(params.seed).permutation(len(groups))
    actual = _indices(test["act"], CODES["act"])
    weights = draw_weights(test["group"].to_numpy(), params.replicates, params.seed)
    rows = []
    for step in track(range(1, params.learning_points + 1)):
        kept = groups[order[: max(training.inner_folds, len(groups) * step // params.learning_points)]]
        part = train[train["group"].isin(kept)].reset_index(drop=True)
        predicted = _indices(fit(part, name, "act", training).predict(test[FEATURES]), CODES["act"])
        draws = _macro_draws(actual, predicted, len(ACTS), weights)
        rows.append(
            {
                "n_train": len(part),
                "macro_f1": draws[0],
                **{k: v for k, v in vars(interval(draws[0], draws[1:], params.level)).items() if k != "value"},
            }
        )
    return pd.DataFrame(rows)
