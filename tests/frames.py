"""Invented predictions and codes for the tests of estimation, charts and the report."""

import pandas as pd

from conftest import document
from stance.codebook import ACTS
from stance.records import CODED, PREDICTIONS


def text_of(n: int) -> str:
    return "".join(f"Sentence number {i} of the invented text. " for i in range(n))


def place(n: int) -> list[int]:
    start = text_of(n).__len__()
    return [start, start + len(f"Sentence number {n} of the invented text.")]


def documents(n: int = 40, **fields: object) -> pd.DataFrame:
    return pd.DataFrame([document(text_of(n)) | fields])


def predictions(codes: list[tuple[str, str, str]]) -> pd.DataFrame:
    """One row per (side, act, issue) in the order of the text's sentences."""
    rows = []
    for n, (side, act, issue) in enumerate(codes):
        start, end = place(n)
        row = dict.fromkeys(PREDICTIONS.columns, "") | {
            "statement_id": f"d1:{start}-{end}",
            "attribution_id": f"d1:a{n}",
            "doc_id": "d1",
        }
        row |= {
            "spans": [[start, end]],
            "content": text_of(n + 1)[start:end],
            "context": "",
            "quote": "direct",
            "cue_span": [],
            "source_span": [],
        }
        row |= {
            "speaker": f"Speaker of {side}",
            "side": side,
            "side_basis": "name",
            "addressee": "UKR" if n % 2 else "unspecified",
        }
        row |= {f"p_{code}": 0.7 if code == act else 0.1 for code in ACTS}
        rows.append(
            row
            | {
                "act": act,
                "prediction_set": [act],
                "issue": issue,
                "p_issue": 0.5,
                "stance": "unclear",
                "p_stance": 0.5,
                "conditional": n % 3 == 0,
            }
        )
    return pd.DataFrame(rows, columns=list(PREDICTIONS.columns))


def coded(frame: pd.DataFrame) -> pd.DataFrame:
    """The same statements as if all were coded by hand."""
    kept = frame[[name for name in CODED.columns if name in frame.columns]]
    return kept.assign(secondary="", coder="test", extracted=frame["statement_id"])


MIXED = (
    [("US", "warning", "military_posture")] * 9
    + [("US", "other", "none_other")] * 3
    + [("RUS", "demand", "security_guarantees")] * 8
    + [("RUS", "other", "iran")] * 2
)
