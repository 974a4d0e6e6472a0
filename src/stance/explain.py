"""Why a classifier decided as it did, whatever its kind: what changes when a feature of the statement is taken away."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from stance.calibration import Calibrated
from stance.features import clause_names, describe, hashed, parse, word_names
from stance.predict import Classifier
from stance.records import FEATURES, HASHED
from stance.rules import keywords

PARTS = {"words": "word", "clauses": "clause"}
FLOOR = 1e-6
DIGITS = 6


def explain(text: str, cue: str, classifier: Classifier, target: str = "act") -> pd.DataFrame:
    """Features of a statement by how much they spoke for its code: columns `code`, `kind`, `feature`, `weight`, strongest first.

    `weight` is the fall of the code's log-odds when the feature is left out; below 0 it spoke against. The sentence vector counts as
    one feature, and so does the reporting verb, which is left out of clauses, keywords and vector together.
    """
    rows = pd.DataFrame({"text": [text, text], "cue": [cue, ""]})
    described = describe(rows, parser=None, encoder=classifier.encoder)
    features, silent = described.iloc[0].copy(), described.iloc[1].copy()
    names = {"words": word_names(text), "clauses": []}
    heard = names
    if classifier.parser:
        grammar = parse([text], classifier.parser)[0]
        names["clauses"] = clause_names(grammar, classifier.parser)
        heard = names | {"clauses": clause_names(grammar, classifier.parser, cue)}
        features["clauses"], silent["clauses"] = hashed(heard["clauses"]), hashed(names["clauses"])
    labels, without = ([("reporting verb", cue)], [features, silent]) if cue else ([], [features])
    for column, kind in PARTS.items():
        for name in dict.fromkeys(names[column]):
            labels.append((kind, name))
            without.append(features.copy())
            without[-1][column] = hashed(other for other in heard[column] if other != name)
    if classifier.encoder:
        labels.append(("vector", "sentence vector"))
        without.append(features.copy())
        without[-1]["vector"] = bytes(len(features["vector"]))
    model = classifier.models[target]
    odds = _log_odds(model, pd.DataFrame(without)[FEATURES])
    code = int(np.searchsorted(model.classes_, model.predict(pd.DataFrame(without[:1])[FEATURES])[0]))
    found = pd.DataFrame({"code": model.classes_[code], "kind": [k for k, _ in labels], "feature": [n for _, n in labels]})
    found["weight"] = np.round(odds[0, code] - odds[1:, code], DIGITS)
    return found.reindex(found["weight"].abs().sort_values(ascending=False, kind="stable").index).reset_index(drop=True)


def learned(model: Calibrated, names: Mapping[str, Iterable[str]], width: int, most: int = 15) -> pd.DataFrame:
    """For each code the features that most raise its log-odds by themselves: columns `code`, `kind`, `feature`, `weight`.

    `names` are the words and clause traits to try, by FEATURES column; `width` is the length of a sentence vector in bytes.
    """
    labels = [(column, name) for column in PARTS for name in dict.fromkeys(names[column])]
    empty = dict.fromkeys(HASHED, b"") | {"keywords": bytes(len(keywords())), "vector": bytes(width)}
    rows = [empty, *({**empty, column: hashed([name])} for column, name in labels)]
    odds = _log_odds(model, pd.DataFrame(rows)[FEATURES])
    gain = np.round(odds[1:] - odds[0], DIGITS)  # ties must not be broken by the last bits, which move with the processor
    parts = []
    for n, code in enumerate(model.classes_):
        best = np.argsort(-gain[:, n], kind="stable")[:most]
        parts.append(
            pd.DataFrame(
                {
                    "code": code,
                    "kind": [PARTS[labels[i][0]] for i in best],
                    "feature": [labels[i][1] for i in best],
                    "weight": gain[best, n],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _log_odds(model: Calibrated, features: pd.DataFrame) -> np.ndarray:
    probability = np.clip(model.predict_proba(features), FLOOR, 1 - FLOOR)
    return np.log(probability / (1 - probability))
