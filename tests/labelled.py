"""Invented labelled statements for the tests of training and evaluation."""

from functools import cache

import pandas as pd

from stance.attribution.grammar import Parser
from stance.features import describe
from stance.language import load_language
from stance.models import READS_VECTORS, TARGETS
from stance.params import Extract, Train
from stance.predict import Classifier
from stance.records import identifier
from stance.train import fit
from stance.vectors import load_encoder

WORDS = {
    "warning": [
        "any attack will be answered with a heavy price",
        "whoever crosses the river will pay for it",
        "the answer to such a strike will be harsh",
    ],
    "reassurance": [
        "we will stand with our partners in the north",
        "nobody in the valley is threatened by our units",
        "the limits will be lifted once the ships are home",
    ],
    "demand": [
        "the brigades must leave the valley",
        "we ask for a written answer to our letter",
        "the archive has to be opened to the inspectors",
    ],
    "other": [
        "the two ministers met for an hour",
        "their words are an insult to history",
        "the harbour was opened in spring",
    ],
}
ISSUE = {
    "warning": "military_posture",
    "reassurance": "security_guarantees",
    "demand": "diplomacy_talks",
    "other": "none_other",
}
STANCE = {"warning": "favour", "reassurance": "favour", "demand": "against", "other": "n/a"}


def labelled(copies: int = 6, origin: str = "authored") -> pd.DataFrame:
    """records.LABELLED: each sentence `copies` times with a word of its own, in groups of one copy of all sentences."""
    rows = []
    for copy in range(copies):
        for act, sentences in WORDS.items():
            for n, sentence in enumerate(sentences):
                text = f"{sentence} on day {copy * 7 + n}"
                rows.append(
                    {
                        "statement_id": identifier(text),
                        "text": text,
                        "cue": "say" if n else "",
                        "act": act,
                        "secondary": "",
                        "issue": ISSUE[act],
                        "stance": STANCE[act],
                        "side": "US" if (copy + n) % 2 else "RUS",
                        "genre": "news",
                        "source": "authored" if origin == "authored" else "invented",
                        "year": "",
                        "group": f"group-{copy}",
                        "part": "" if origin == "authored" else ("random" if copy % 2 else "enriched"),
                        "coder": "test",
                        "origin": origin,
                    }
                )
    return pd.DataFrame(rows)


@cache
def _parser() -> Parser:
    return Parser(load_language(Extract().spacy_model))


def with_features(rows: pd.DataFrame) -> pd.DataFrame:
    """records.FEATURED of invented statements."""
    return rows.join(describe(rows[["text", "cue"]], parser=_parser(), encoder=load_encoder()))


@cache
def featured(copies: int = 6, origin: str = "authored") -> pd.DataFrame:
    return with_features(labelled(copies, origin))


def classifier(rows: pd.DataFrame, name: str = "naive_bayes") -> Classifier:
    """Fitted on `rows`, with a threshold of 0.25 for prediction sets."""
    params = Train(folds=2, inner_folds=2, jobs=1)
    models = {target: fit(rows, name, target, params) for target in TARGETS}
    return Classifier(dict.fromkeys(TARGETS, name), models, {"all": 0.25}, {}, _parser(), load_encoder() if name in READS_VECTORS else None)
