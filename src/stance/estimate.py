"""Predictions and codes to each side's shares: of acts, overall, by issue and by month; of stances towards an issue; of acts with a
condition.

The method is the best that the codes allow (see `stance.cells`): exact where every statement is coded, the difference estimator
where codes were drawn with known probability, else the classifier's uncorrected count.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stance.cells import NOT_SHOWN, Corpus
from stance.checks import need
from stance.codebook import ACTS, COMPARED
from stance.design import DESIGNS, read_design
from stance.errors import listing, refuse
from stance.params import LEVEL, Estimate
from stance.periods import periods
from stance.records import CODED, ISSUES, PREDICTIONS, STANCES, check
from stance.tables import conditions_table, positions_table, shares_table

REST = "other"  # the act that is none of those compared
READ = ["statement_id", "doc_id", "side", "act"]
UNNAMED = "unnamed coders"
DEFAULTS = {"issue": "", "stance": "", "period": "", "conditional": False}


@dataclass(frozen=True)
class Estimates:
    """`shares` (records.SHARES), `positions` (POSITIONS), `conditions` (CONDITIONS); `flows` counts statements by side, addressee and
    act.

    `counted` lists each statement that counts, with its code where a coder read it (`by_hand`), else the classifier's.
    """

    shares: pd.DataFrame
    positions: pd.DataFrame
    conditions: pd.DataFrame
    flows: pd.DataFrame
    counted: pd.DataFrame


def estimate(
    predictions: pd.DataFrame, coded: pd.DataFrame, labels: pd.DataFrame, documents: pd.DataFrame, *, params: Estimate
) -> Estimates:
    """All tables over the statements of US and Russian speakers; `documents` date them.

    `coded` are codes of every statement of a document, in place of its predictions. `labels` are codes of statements drawn with known
    probability, as `stance.codes` reads them: where there are any they correct the count, and `coded` is not used.
    """
    check(predictions, PREDICTIONS)
    check(coded, CODED)
    labels = _of_compared(predictions, labels)
    counted = count_statements(predictions, coded if labels.empty else coded.head(0))
    counted["period"] = periods(counted["doc_id"], documents.set_index("doc_id")["published"], "month")
    corpus = corpus_of(counted, labels, params.design or None)
    if labels.empty and len(counted) and counted["by_hand"].all():
        corpus = Corpus(corpus.statements, by_hand=", ".join(sorted(set(counted["coder"]))))
    flows = counted.groupby(["side", "addressee", "act"], as_index=False).size().rename(columns={"size": "n"})
    return Estimates(
        shares_table(corpus, LEVEL),
        positions_table(corpus, LEVEL),
        conditions_table(corpus, LEVEL),
        flows,
        _with_codes(counted, labels),
    )


def shares(predictions: pd.DataFrame, labels: pd.DataFrame, *, design: str | None = None, level: float = LEVEL) -> pd.DataFrame:
    """Each side's corrected shares of acts, and the difference RUS - US: a table of records.SHARES.

    `predictions` hold `statement_id, doc_id, side, act` and perhaps `p_<act>`, `issue` and `period`, of any classifier that did not see
    the codes; `labels` hold `statement_id, act, pi` and perhaps `stratum`, `design` and `issue`. `design` says what was drawn,
    "statements" or "documents". Raises StanceError naming what does not fit.

    >>> predictions = pd.DataFrame({"act": ["warning", "other", "other", "warning", "demand"] * 200, "side": ["US", "RUS"] * 500})
    >>> predictions["statement_id"] = predictions["doc_id"] = [f"s{n}" for n in range(1000)]
    >>> labels = predictions[["statement_id", "act"]].sample(200, random_state=1).assign(pi=0.2)
    >>> found = shares(predictions, labels).set_index(["side", "act"])
    >>> round(float(found.loc[("US", "warning"), "share"]), 3)
    0.4
    """
    return shares_table(corpus_drawn(predictions, labels, design=design, level=level), level)


def corpus_drawn(predictions: pd.DataFrame, labels: pd.DataFrame, *, design: str | None, level: float) -> Corpus:
    """The compared sides' statements of anyone's `predictions`, with `labels` drawn from them, once both are found to fit: see `shares`."""
    need(predictions, READ, "predictions", "the predictions of stance analyze")
    _know(predictions, "predictions")
    _check_numbers(predictions, design, level)
    compared = predictions["side"].isin(COMPARED)
    own = _of_compared(predictions, labels)
    if not compared.any():
        came = f"column side of the predictions holds {listing(map(repr, sorted(set(predictions['side'].astype(str)))))}"
        raise refuse(came, f"{listing(COMPARED)}, and others that are left out", "the names of the sides")
    if own.empty:
        raise refuse(
            "no label of a US or Russian statement", "statement_id, act, pi of statements drawn from the predictions", "stance sample"
        )
    return corpus_of(predictions[compared], own, design)


def _of_compared(predictions: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """`labels` but those of statements whose side is not compared."""
    others = predictions.loc[~predictions["side"].isin(COMPARED), "statement_id"]
    return labels[~labels["statement_id"].isin(others)] if "statement_id" in labels else labels


def _check_numbers(predictions: pd.DataFrame, design: str | None, level: float) -> None:
    given = [f"p_{act}" for act in ACTS if f"p_{act}" in predictions]
    if given and len(given) < len(ACTS):
        raise refuse(
            f"predictions hold {listing(given)} alone", f"all of {listing(f'p_{act}' for act in ACTS)}, or none", "adding the others"
        )
    for name in given:
        bad = predictions.loc[~pd.to_numeric(predictions[name], errors="coerce").between(0, 1), ["statement_id", name]]
        if len(bad):
            came = f"{name} of {listing(bad['statement_id'])} is {listing(map(repr, bad[name].unique()))}"
            raise refuse(came, "probabilities from 0 to 1", "dividing percentages by 100, or leaving the columns p_* out")
    if design not in (None, *DESIGNS):
        raise refuse(f"design {design!r}", listing(DESIGNS), "design='documents'")
    if not 0 < level < 1:
        raise refuse(f"level {level}", "between 0 and 1", "level=0.95")


def corpus_of(statements: pd.DataFrame, labels: pd.DataFrame, design: str | None = None) -> Corpus:
    """`statements` with the labels that were drawn from them, if any; with the codes in their place where all were drawn."""
    rows = statements.assign(**{name: value for name, value in DEFAULTS.items() if name not in statements}).reset_index(drop=True)
    rows = rows[[name for name in rows if name in (*READ, *DEFAULTS) or name in {f"p_{act}" for act in ACTS}]]
    if labels.empty:
        return Corpus(rows)
    uncoded = dict.fromkeys((name for name in ("issue", "stance") if not _coded_throughout(labels, name)), "")
    rows, labels = rows.assign(**uncoded), labels.assign(**uncoded)  # what was not coded can't be corrected
    labelled, drawn = read_design(labels, rows, design)
    bare = labelled.loc[labelled["act"].fillna("") == "", "statement_id"]
    if len(bare):
        came = f"{len(bare)} of {len(labelled)} labels have no act ({listing(bare)})"
        raise refuse(came, "a code for every statement drawn", "stance label with --adjudicated, where coders differ")
    _know(labelled, "labels")
    if len(labelled) == len(rows) and (drawn.pi == 1).all():
        codes = labelled.set_index("statement_id").loc[rows["statement_id"]]
        codes = rows.assign(**{name: codes[name].to_numpy() for name in ("act", "issue", "stance")})
        return Corpus(codes, by_hand=_coders(labelled) or UNNAMED)
    place = pd.Series(np.arange(len(rows)), index=rows["statement_id"])
    return Corpus(rows, labelled.assign(row=place[labelled["statement_id"]].to_numpy()), drawn, coders=_coders(labelled))


def unshown(predictions: pd.DataFrame, drawn: pd.DataFrame) -> list[str]:
    """The warnings, reassurances and demands ("warning of US") whose shares the statements `drawn` (`stance.sample`) can't show, whatever
    codes they get."""
    own = predictions[predictions["side"].isin(COMPARED)].drop(columns=["issue", "stance"], errors="ignore")
    rows = shares_table(corpus_of(own, drawn.assign(act=REST), drawn["design"].iloc[0]), LEVEL)
    rows = rows[(rows["method"] == NOT_SHOWN) & rows["side"].isin(COMPARED) & (rows["act"] != REST)]
    return [f"{act} of {side}" for act, side in zip(rows["act"], rows["side"], strict=True)]


def _coded_throughout(labels: pd.DataFrame, name: str) -> bool:
    """Whether every label has a code in column `name`."""
    return name in labels and not labels[name].fillna("").eq("").any()


def _coders(labels: pd.DataFrame) -> str:
    """Who gave the codes, as far as a column `coder` says; "+" stands between those who gave the same (`stance.codes`)."""
    given = set(labels["coder"].astype(str)) if "coder" in labels else set()
    settled = ["differences adjudicated"] if "adjudicated" in given else []
    return listing([*sorted({name for names in given for name in names.split("+")} - {"", "adjudicated"}), *settled])


def _know(rows: pd.DataFrame, where: str) -> None:
    """Raises StanceError for codes that are not in the codebook; a column of issues or stances may be empty as a whole."""
    for name, codes in (("act", ACTS), ("issue", ISSUES), ("stance", STANCES)):
        given = set(rows[name].fillna("").astype(str)) if name in rows else {""}
        bad = sorted(given - set(codes)) if name == "act" or given != {""} else []
        if bad:
            raise refuse(f"column {name} of the {where} holds {listing(map(repr, bad))}", listing(codes, 20), "docs/codebook.md")


def count_statements(predictions: pd.DataFrame, coded: pd.DataFrame) -> pd.DataFrame:
    """The statements that count, of US and Russian speakers: `by_hand` tells whether the codes are a coder's or the classifier's."""
    columns = [c for c in CODED.columns if c not in {"secondary", "extracted"}]
    kept = ["cue", "source_text", "side_basis", "office", "conditional", *(f"p_{act}" for act in ACTS)]
    found = predictions.set_index("statement_id")[kept]
    ours = coded[columns].assign(extracted=coded["extracted"], by_hand=True).join(found, on="extracted")
    theirs = predictions[~predictions["doc_id"].isin(coded["doc_id"])]
    theirs = theirs[[*(c for c in columns if c != "coder"), *kept]].assign(
        coder="classifier", extracted=theirs["statement_id"], by_hand=False
    )
    both = (
        pd.concat([frame for frame in (ours, theirs) if len(frame)], ignore_index=True)
        if len(ours) + len(theirs)
        else theirs.assign(by_hand=False)
    )
    texts = ["cue", "source_text", "side_basis", "office"]
    both[texts] = both[texts].fillna("")
    both["conditional"] = both["conditional"].eq(True)
    return both[both["side"].isin(COMPARED)].reset_index(drop=True)


def _with_codes(counted: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """`counted` with the codes of statements that were drawn in place of the classifier's; what was not coded is empty."""
    if labels.empty:
        return counted
    codes = labels.set_index("statement_id").reindex(columns=["act", "issue", "stance", "coder"])
    codes = codes.astype(object).fillna({"coder": UNNAMED}).fillna("")
    read = counted["statement_id"].isin(codes.index)
    ids = counted.loc[read, "statement_id"]
    result = counted.assign(by_hand=counted["by_hand"] | read)
    result.loc[read, codes.columns] = codes.loc[ids].to_numpy()
    return result
