"""Out-of-fold and test predictions of all models to scores, the choice of a model, and what it knows of its errors."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from stance.calibration import Calibrated
from stance.certainty import POOLED, abstention, by_side, coverage, set_thresholds
from stance.codebook import ACTS, COMPARED
from stance.drift import measures, reference, vocabulary
from stance.explain import learned
from stance.features import word_names
from stance.models import BEST, FAST, READS_CLAUSES, READS_VECTORS, TARGETS
from stance.params import LEVEL, Evaluate, Train
from stance.records import FEATURES, ISSUES, STANCES
from stance.robustness import codes_for_next_step, indices, learning_curve, left_out, macro_draws, macro_gap, origins
from stance.scores import calibration, calibration_error, draw_weights, interval, mix_weights, score_table
from stance.train import fit

RANDOM = "random part"  # the stratified draw alone: its statements were not picked by a model or for a rare act
SHOWN = 4  # authored statements in which a word must stand to be shown as learned
CODES_OF = {"act": list(ACTS), "issue": ISSUES, "stance": STANCES}


@dataclass(frozen=True)
class Evaluation:
    """`chosen` names a model per target for BEST and FAST, and the thresholds of prediction sets; `models` are these, fitted on all rows.

    `tables` are of the chosen act model: `scores` (a row per model, target, part, scope and metric), `confusion`, `calibration`, `sets`,
    `abstention` and `learned` (words that speak most for each act); and `learning_curve`, `left_out` and `origins` of the best one
    without sentence vectors, as the encoder has learnt from all sources and from more codes than the curve's first points.
    """

    chosen: dict[str, Any]
    models: dict[str, dict[str, Calibrated]]
    metrics: dict[str, Any]
    tables: dict[str, pd.DataFrame]


def evaluate(
    train: pd.DataFrame,
    test: pd.DataFrame,
    out_of_fold: dict[str, pd.DataFrame],
    models: dict[str, dict[str, Calibrated]],
    *,
    params: Evaluate,
    training: Train,
) -> Evaluation:
    """Chooses a model per target by macro-F1 in cross-validation over coded statements; the test part only confirms it.

    `out_of_fold` and `models` are `train`'s results by model name. The chosen models are fitted again on all rows.
    """
    real = (train["origin"] == "corpus").to_numpy()
    real = real if real.any() else np.ones(len(train), dtype=bool)
    known = {name: frame[real] for name, frame in out_of_fold.items()}
    chosen, lead = _choose(train[real], known, params)
    best, plain = chosen[BEST]["act"], _best_without_vectors(train[real], known)
    everything = pd.concat([train, test], ignore_index=True)
    tables = {
        "scores": _scores(train[real], known, test, models, params),
        **_of_the_chosen(models[best]["act"], test, chosen[BEST]["thresholds"]),
        "learning_curve": learning_curve(train, test, plain, params, training),
        "origins": origins(train, test, plain, params, training),
        "left_out": left_out(everything, plain, params, training),
    }
    final = {use: {target: fit(everything, chosen[use][target], target, training) for target in TARGETS} for use in (BEST, FAST)}
    tables["learned"] = learned(final[BEST]["act"], _names(train), len(train["vector"].iloc[0]))
    for use in (BEST, FAST):
        model = models[chosen[use]["act"]]["act"]
        chosen[use]["reference"] = reference(measures(test, model.probabilities(test[FEATURES], ACTS).max(axis=1), vocabulary(model)))
    metrics = {
        "model": {use: {target: chosen[use][target] for target in TARGETS} for use in (BEST, FAST)},
        "without_vectors": plain,
        "lead": lead,
        **_summary(tables["scores"], chosen[BEST]),
        "calibration_error": {str(scope): calibration_error(rows) for scope, rows in tables["calibration"].groupby("scope")},
        "codes_for_next_five_points": codes_for_next_step(tables["learning_curve"]),
    }
    return Evaluation(chosen, final, metrics, tables)


def _of_the_chosen(model: Calibrated, test: pd.DataFrame, thresholds: dict[str, float]) -> dict[str, pd.DataFrame]:
    """What the chosen act model's probabilities are worth on the test part."""
    probability, actual = model.probabilities(test[FEATURES], ACTS), indices(test["act"], list(ACTS))
    predicted = indices(model.predict(test[FEATURES]), list(ACTS))
    return {
        "calibration": _calibration(probability.argmax(axis=1) == actual, probability.max(axis=1), test["side"]),
        "sets": coverage(probability, actual, test["side"], thresholds),
        "abstention": abstention(probability, actual, predicted),
        "confusion": pd.DataFrame({"actual": test["act"], "predicted": np.array(ACTS)[predicted]}),
    }


def _names(train: pd.DataFrame) -> dict[str, list[str]]:
    """Words and pairs of words of authored statements, most frequent first, then as they first stand: those that may be shown."""
    seen = Counter(name for text in train["text"] for name in dict.fromkeys(word_names(text)))
    return {"words": [name for name, n in seen.most_common() if n >= SHOWN], "clauses": []}


def _choose(train: pd.DataFrame, out_of_fold: dict[str, pd.DataFrame], params: Evaluate) -> tuple[dict[str, Any], dict[str, Any]]:
    """The best model per use and target, and its lead over the runner-up with a paired bootstrap interval."""
    weights = draw_weights(train["group"].to_numpy(), params.replicates, params.seed)
    chosen: dict[str, Any] = {BEST: {}, FAST: {}}
    lead: dict[str, Any] = {}
    for target, codes in CODES_OF.items():
        actual = indices(train[target], codes)
        draws = {
            name: macro_draws(actual, indices(frame[target], codes), len(codes), weights)
            for name, frame in out_of_fold.items()
            if target in frame
        }
        ranked = sorted(draws, key=lambda name: -draws[name][0])
        chosen[BEST][target] = ranked[0]
        chosen[FAST][target] = next((name for name in ranked if name not in READS_VECTORS | READS_CLAUSES), ranked[0])
        gap = draws[ranked[0]] - draws[ranked[min(1, len(ranked) - 1)]]
        lead[target] = {"over": ranked[min(1, len(ranked) - 1)], **vars(interval(gap[0], gap[1:], LEVEL))}
    for use in (BEST, FAST):
        frame = out_of_fold[chosen[use]["act"]]
        probability = np.array([frame[f"p_act_{code}"].iloc[n] for n, code in enumerate(train["act"])])
        chosen[use]["thresholds"] = set_thresholds(probability, train["side"], params.set_level)
    return chosen, lead


def _best_without_vectors(train: pd.DataFrame, out_of_fold: dict[str, pd.DataFrame]) -> str:
    """The act model of greatest macro-F1 that reads no sentence vectors; any where all do."""
    actual, none = indices(train["act"], list(ACTS)), np.empty((0, len(train)))
    names = [name for name in out_of_fold if name not in READS_VECTORS] or list(out_of_fold)
    return max(names, key=lambda name: macro_draws(actual, indices(out_of_fold[name]["act"], list(ACTS)), len(ACTS), none)[0])


def _scores(
    train: pd.DataFrame,
    out_of_fold: dict[str, pd.DataFrame],
    test: pd.DataFrame,
    models: dict[str, dict[str, Calibrated]],
    params: Evaluate,
) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for name, frame in out_of_fold.items():
        for target in models[name]:
            rows += _scored(name, target, "cross-validation", train, frame[target], params)
            rows += _scored(name, target, "test", test, models[name][target].predict(test[FEATURES]), params)
    return pd.DataFrame(rows)


def _scored(name: str, target: str, part: str, rows: pd.DataFrame, predicted: Iterable[str], params: Evaluate) -> list[dict[str, Any]]:
    """Scores over all rows, and for acts over each side, genre and source and the random part as well, of which each side too.

    `macro_f1_same_mix` of a side is what it would be with acts as common as over both sides, see `stance.scores.mix_weights`;
    `macro_f1_gap` is the American less the Russian one.
    """
    guessed = indices(np.asarray(predicted, dtype=object).astype(str), CODES_OF[target])
    actual, side, classes = indices(rows[target], CODES_OF[target]), rows["side"].to_numpy(), len(CODES_OF[target])
    result = []
    for scope, mask in _scopes(rows, target).items():
        if mask.any():
            weights = draw_weights(rows["group"].to_numpy()[mask], params.replicates, params.seed)
            table = score_table(actual[mask], guessed[mask], CODES_OF[target], weights, LEVEL)
            if scope in COMPARED:
                draws = macro_draws(actual[mask], guessed[mask], classes, weights, mix_weights(actual, mask))
                table["macro_f1_same_mix"] = interval(draws[0], draws[1:], LEVEL)
            if target == "act" and scope in {POOLED, RANDOM}:
                draws = macro_gap(actual[mask], guessed[mask], classes, weights, side[mask])
                table["macro_f1_gap"] = interval(draws[0], draws[1:], LEVEL)
            label = {"model": name, "target": target, "part": part, "scope": scope, "n": int(mask.sum())}
            result += [label | {"metric": metric} | vars(found) for metric, found in table.items()]
    return result


def _scopes(rows: pd.DataFrame, target: str) -> dict[str, np.ndarray]:
    """Masks of the rows that are scored by themselves."""
    scopes = by_side(rows["side"])
    if target != "act":
        return {POOLED: scopes[POOLED]}
    scopes |= {value: (rows[column] == value).to_numpy() for column in ("genre", "source") for value in sorted(set(rows[column]))}
    scopes[RANDOM] = (rows["part"] == "random").to_numpy()
    return scopes | {f"{RANDOM}, {side}": scopes[RANDOM] & scopes[side] for side in COMPARED}


def _calibration(correct: np.ndarray, confidence: np.ndarray, side: pd.Series) -> pd.DataFrame:
    """Reliability bins over all rows and by side."""
    return pd.concat(
        [calibration(correct[m], confidence[m]).assign(scope=scope) for scope, m in by_side(side).items() if m.any()], ignore_index=True
    )


def _summary(scores: pd.DataFrame, chosen: dict[str, Any]) -> dict[str, Any]:
    """The chosen models' headline scores by part: macro-F1 and its gap with intervals for acts, the rest as plain values."""
    result: dict[str, Any] = {}
    for row in scores.to_dict("records"):
        if row["model"] != chosen[row["target"]] or row["scope"] not in {POOLED, *COMPARED}:
            continue
        part = result.setdefault(row["part"].replace("-", "_"), {})
        pooled = row["scope"] == POOLED
        if row["target"] != "act" and row["metric"] == "macro_f1":
            part[f"{row['target']}_macro_f1"] = row["value"]
        elif row["target"] == "act" and pooled and row["metric"] in {"macro_f1", "accuracy", "macro_f1_gap"}:
            part[row["metric"]] = {name: row[name] for name in ("value", "low", "high", "n")}
        elif row["target"] == "act" and row["metric"].startswith("f1_" if pooled else "macro_f1"):
            part[row["metric"] + ("" if pooled else f"_{row['scope']}")] = row["value"]
    return result
