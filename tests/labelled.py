"""Invented labelled statements for the tests of training and evaluation."""

import pandas as pd

from stance.records import identifier

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


def labelled(copies: int = 6) -> pd.DataFrame:
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
                        "group": f"group-{copy}",
                        "coder": "test",
                        "origin": "authored",
                    }
                )
    return pd.DataFrame(rows)
