"""Human and model codes to one label per statement, with the coders' agreement (CODEBOOK section 9)."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stance.agreement import agreements, alpha
from stance.checks import need
from stance.codebook import ACTS, COMPARED
from stance.errors import refuse
from stance.records import CODED, LABELLED, check, empty, identifier
from stance.standoff import spans_of, words_at

CODES_AND_CODERS = ["act", "secondary", "issue", "stance", "coder", "coder_a", "coder_b"]
AUTHORED_COLUMNS = [
    "text",
    "cue",
    "act",
    "secondary",
    "issue",
    "stance",
    "side",
    "genre",
    "quote",
    "kind",
    "scenario",
    "coder",
    "coder_a",
    "coder_b",
]
CORPUS_COLUMNS = [
    "statement_id",
    "corpus",
    "doc_id",
    "spans",
    "sha256",
    "side",
    "genre",
    "source",
    "year",
    "quote",
    "cue",
    *CODES_AND_CODERS,
    "issue_a",
    "issue_b",
    "stance_a",
    "stance_b",
    "coder_masked",
    "part",
    "stratum",
    "pi",
]
DOCS = "docs/data-format.md"
INELIGIBLE = "ineligible"  # a coder's word for what is no official's statement (codebook, section 0 A)
CODE_COLUMNS = [
    "doc_id",
    "spans",
    "sha256",
    "speaker",
    "side",
    "addressee",
    "quote",
    *CODES_AND_CODERS,
    "joint",
    "duplicate_of",
]


@dataclass(frozen=True)
class Labels:
    """`labelled` trains (records.LABELLED); `coded` are codes of ingested documents (records.CODED).

    `agreement` holds Krippendorff's alpha with a 95 % interval by set, code and side; `dropped` counts by reason.
    """

    labelled: pd.DataFrame
    coded: pd.DataFrame
    agreement: dict[str, Any]
    dropped: dict[str, int]


def label(authored: pd.DataFrame, corpus: pd.DataFrame, codes: pd.DataFrame, documents: pd.DataFrame, statements: pd.DataFrame) -> Labels:
    """Labels from `authored` rows, from stand-off codes of a `corpus` that is elsewhere, and from `codes` of every statement of a document.

    Codes of documents that were not ingested are dropped and counted. Raises StanceError when a column is missing, or when
    the words at a code's offsets are not those that were coded.
    """
    need(authored, AUTHORED_COLUMNS, "authored labels", DOCS)
    need(corpus, CORPUS_COLUMNS, "codes of the corpus", DOCS)
    need(codes, CODE_COLUMNS, "codes", DOCS)
    dropped: Counter[str] = Counter()
    labelled = pd.concat([_authored(authored, dropped), _standing_off(corpus, dropped)], ignore_index=True)
    coded = _coded(codes, documents, statements, dropped)
    sets = {"authored": (authored, "scenario"), "corpus": (corpus, "doc_id"), "codes": (codes, "")}
    agreement = {name: _agreed(rows, unit) for name, (rows, unit) in sets.items() if len(rows)}
    if len(corpus):
        agreement["corpus"] |= {name: alpha(corpus[[f"{name}_a", f"{name}_b"]]) for name in ("issue", "stance")}
        agreement["masked"] = masked(corpus)
    left_out = {reason: n for reason, n in sorted(dropped.items()) if n}
    return Labels(check(labelled, LABELLED), check(coded, CODED), agreement, left_out)


def _authored(rows: pd.DataFrame, dropped: Counter[str]) -> pd.DataFrame:
    settled = rows[rows["act"] != ""]
    if len(settled) < len(rows):
        dropped["coders disagree, not adjudicated"] += len(rows) - len(settled)
    return pd.DataFrame(
        {
            "statement_id": ["authored:" + identifier(text, side) for text, side in zip(settled["text"], settled["side"], strict=True)],
            **{name: settled[name] for name in ("text", "cue", "act", "secondary", "issue", "stance", "side", "genre")},
            "source": "authored",
            "year": "",
            "group": settled["scenario"],
            "part": "",
            "coder": settled["coder"],
            "origin": "authored",
        }
    ).reset_index(drop=True)


def _standing_off(rows: pd.DataFrame, dropped: Counter[str]) -> pd.DataFrame:
    """Codes whose words are elsewhere."""
    settled = rows[rows["act"].isin(ACTS)]
    dropped["no statement of an official, by its coder"] += int((rows["act"] == INELIGIBLE).sum())
    dropped["coders disagree, not adjudicated"] += int((rows["act"] == "").sum())
    kept = ("statement_id", "cue", "act", "secondary", "issue", "stance", "side", "genre", "source", "year", "coder")
    return pd.DataFrame(
        {
            **{name: settled[name] for name in kept},
            "text": "",
            "group": settled["doc_id"],
            "part": settled["part"],
            "origin": "corpus",
        }
    )


def _coded(codes: pd.DataFrame, documents: pd.DataFrame, statements: pd.DataFrame, dropped: Counter[str]) -> pd.DataFrame:
    texts = dict(zip(documents["doc_id"], documents["text"], strict=True))
    rows = []
    for code in codes.to_dict("records"):
        if code["doc_id"] not in texts:
            dropped["coded document not ingested"] += 1
        elif code["duplicate_of"]:
            dropped["heading that repeats a statement"] += 1
        else:
            rows.append(_code(code, texts[code["doc_id"]]))
    if not rows:
        return empty(CODED)
    coded = pd.DataFrame(rows)
    matches = pair(rows, statements[statements["doc_id"].isin(coded["doc_id"])].to_dict("records"))
    coded["extracted"] = [matches.get(n, "") for n in range(len(rows))]
    extra = int(statements["doc_id"].isin(coded["doc_id"]).sum()) - len(matches)
    if extra:
        dropped["extracted, but not a statement by the codes"] += extra
    return coded


def _code(code: dict[str, Any], text: str) -> dict[str, Any]:
    spans = spans_of(code["spans"])
    content = words_at(text, spans, code["sha256"])
    if content is None:
        raise refuse(f"codes of document {code['doc_id']} at {code['spans']} are of other words", "the text as coded", "code it again")
    kept = {name: code[name] for name in CODED.columns if name in code}
    joint = f":{code['side']}" if code["joint"] else ""
    statement_id = f"{code['doc_id']}:{spans[0][0]}-{spans[-1][1]}{joint}"
    return kept | {
        "statement_id": statement_id,
        "spans": spans,
        "content": content,
        "extracted": "",
    }


def pair(coded: list[dict[str, Any]], extracted: list[dict[str, Any]]) -> dict[int, str]:
    """Index of each coded statement -> id of the extracted one that it shares most of its characters with.

    Best overlap first, one to one, at least half of the characters of both together; equal overlap prefers the same side.
    """
    found = []
    for i, code in enumerate(coded):
        mine = _places(code["spans"])
        for j, row in enumerate(extracted):
            if row["doc_id"] == code["doc_id"]:
                theirs = _places(row["spans"])
                overlap = len(mine & theirs) / len(mine | theirs)
                found.append((overlap, row["side"] == code["side"], -i, -j))
    taken: dict[int, str] = {}
    used: set[int] = set()
    for overlap, _, i, j in sorted(found, reverse=True):
        if overlap >= 0.5 and -i not in taken and -j not in used:
            taken[-i] = extracted[-j]["statement_id"]
            used.add(-j)
    return taken


def _places(spans: list[list[int]]) -> set[int]:
    return {place for start, end in spans for place in range(start, end)}


def _agreed(rows: pd.DataFrame, unit: str) -> dict[str, Any]:
    """Agreement of the two coders of a set; `unit` names the column whose rows are resampled together, "" each row by itself."""
    return agreements(rows[["coder_a", "coder_b"]], rows[unit] if unit else rows.index.to_series(), rows["side"])


def masked(rows: pd.DataFrame) -> dict[str, Any]:
    """Codes given with names of countries and people hidden against those given with them (codebook, section 9): alpha, and by side the
    change of each act's share, in points of 1. A change that differs between sides would show that the codes are partial."""
    both = rows[rows["coder_a"].isin(ACTS) & rows["coder_masked"].isin(ACTS)]
    change = {
        side: {act: float((own["coder_masked"] == act).mean() - (own["coder_a"] == act).mean()) for act in ACTS}
        for side, own in ((side, both[both["side"] == side]) for side in COMPARED)
        if len(own)
    }
    return {"n": len(both), "alpha": alpha(both[["coder_a", "coder_masked"]]), "change_of_share": change}
