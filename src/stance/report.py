"""Figures, shares and counted statements to one self-contained HTML page in which each number leads to its sentences."""

import base64
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stance import __version__
from stance.cells import UNCORRECTED
from stance.codebook import ACTS, COMPARED, DIFFERENCE, SIDE_NAMES, codebook
from stance.drift import warnings
from stance.figstyle import percent, points
from stance.models import BEST
from stance.params import Report
from stance.records import SHARES, check

TEMPLATE = "report.html.j2"


def report(
    figures: list[dict[str, str]],
    shares: pd.DataFrame,
    counted: pd.DataFrame,
    documents: pd.DataFrame,
    metrics: dict[str, Any],
    scores: pd.DataFrame | None = None,
    *,
    params: Report,
) -> str:
    """The page. `figures` hold `name`, `alt`, `svg` and `phone`, the narrow one; `counted` are `estimate`'s statements; `metrics` the
    stages' counts by stage, `scores` evaluate's scores where the model was trained here.

    All text is escaped, figures are images, and the page's own policy forbids scripts and network requests.
    """
    check(shares, SHARES)
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    texts = documents.set_index("doc_id")
    statements = [_evidence(row, texts, params.context) for row in counted.to_dict("records")]
    rows = shares[(shares["issue"] == "") & (shares["period"] == "")].to_dict("records")
    return environment.get_template(TEMPLATE).render(
        version=__version__,
        codebook=codebook(),
        acts=ACTS,
        sides=COMPARED,
        side_names=SIDE_NAMES,
        figures=[figure | {kind: base64.b64encode(figure[kind].encode()).decode() for kind in ("svg", "phone")} for figure in figures],
        share={(row["side"], row["act"]): row for row in rows},
        methods=sorted({row["method"] for row in rows}),
        uncorrected=UNCORRECTED,
        difference=DIFFERENCE,
        percent=percent,
        points=points,
        statements=statements,
        documents=documents.drop(columns="text").to_dict("records"),
        metrics=metrics,
        shifts=warnings(metrics["predict"]["drift"]),
        scores=[] if scores is None else _headline(scores, metrics["evaluate"]["model"][BEST]["act"]),
    )


def _headline(scores: pd.DataFrame, model: str) -> list[dict[str, Any]]:
    """Test scores of the act model: macro-F1 over all and per side, F1 per act."""
    own = scores[(scores["model"] == model) & (scores["target"] == "act") & (scores["part"] == "test")]
    over_all = own[(own["scope"] == "all") & own["metric"].isin(["macro_f1", *(f"f1_{act}" for act in ACTS)])]
    return [
        *over_all.to_dict("records"),
        *own[own["scope"].isin(COMPARED) & (own["metric"] == "macro_f1")].to_dict("records"),
    ]


def _evidence(row: dict[str, Any], texts: pd.DataFrame, context: int) -> dict[str, Any]:
    """A counted statement with `parts`: pieces of its document, each with a flag that tells the statement's own words."""
    document = texts.loc[row["doc_id"]]
    text, spans = document["text"], row["spans"]
    start, end = max(0, spans[0][0] - context), min(len(text), spans[-1][1] + context)
    parts, at = [], start
    for first, last in spans:
        parts += [(text[at:first], False), (text[first:last], True)]
        at = last
    parts.append((text[at:end], False))
    probability = row[f"p_{row['act']}"]
    return row | {
        "parts": parts,
        "cut_before": start > 0,
        "cut_after": end < len(text),
        "document": document["title"] or document["source"],
        "source": document["source"],
        "place": ", ".join(f"{first}–{last}" for first, last in spans),
        "probability": None if pd.isna(probability) else probability,
    }
