"""One cell of a table of shares: what it counts, and its numbers by the method that the codes at hand allow."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from stance import difference, intervals
from stance.design import Design
from stance.intervals import Estimate, Share

BY_HAND = "codes of every statement"
CORRECTED = "classifier count, corrected by codes drawn from this corpus"
UNCORRECTED = "classifier count, uncorrected"
NOT_SHOWN = "not shown: too few codes drawn"
PROCESS = "statements like these"
CORPUS = "this corpus"
LEAST_CODES = 40  # codes in a cell below which it is not shown
LEAST_DOCUMENTS = 10  # documents drawn whole, by the positive codes to expect in each, below which it is not shown
LEAST_EXPECTED = 10  # positive codes that the classifier lets expect in a cell below which it is not shown; found codes must not decide


@dataclass(frozen=True)
class Rule:
    """Which statements a number counts: those of an act, of an issue, with a stance, with a condition; empty means any."""

    act: str = ""
    issue: str = ""
    stance: str = ""
    conditional: bool = False

    def holds(self, rows: pd.DataFrame) -> np.ndarray:
        """Whether each row's codes fit, as 0 or 1."""
        fits = np.ones(len(rows), bool)
        for name in ("act", "issue", "stance"):
            if getattr(self, name):
                fits &= (rows[name] == getattr(self, name)).to_numpy()
        if self.conditional:
            fits &= rows["conditional"].to_numpy(bool)
        return fits.astype(float)

    def predicted(self, rows: pd.DataFrame) -> np.ndarray:
        """How likely each row fits by the classifier: its probability of the act where it gives one, times what else it says."""
        if not self.act or f"p_{self.act}" not in rows:
            return self.holds(rows)
        return Rule("", self.issue, self.stance, self.conditional).holds(rows) * rows[f"p_{self.act}"].to_numpy(float)


ANY = Rule()


@dataclass(frozen=True)
class Corpus:
    """Statements with the classifier's codes; `labelled` are those drawn and coded, with the codes as `act`, `issue`, `stance` and the
    classifier's as `…_predicted`, and `design` tells how they were drawn. `coders` names who gave the codes drawn, `by_hand` who coded all
    statements, where all were coded."""

    statements: pd.DataFrame
    labelled: pd.DataFrame | None = None
    design: Design | None = None
    by_hand: str = ""
    coders: str = ""

    @cached_property
    def drawn(self) -> pd.DataFrame:
        """The classifier's rows of the labelled statements."""
        return self.statements.iloc[[] if self.labelled is None else self.labelled["row"].to_numpy()]

    @property
    def method(self) -> str:
        if self.by_hand:
            return f"{BY_HAND} ({self.by_hand})"
        if self.design is None:
            return UNCORRECTED
        return f"{CORRECTED} ({self.coders})" if self.coders else CORRECTED


@dataclass(frozen=True)
class Cell:
    """A share, or a difference of shares, by `estimate` and, from codes alone, by `alone`; `raw` is the classifier's count as a share."""

    estimate: Estimate | None
    alone: Estimate | None
    n: int
    raw: float
    n_statements: int
    documents: frozenset[str]
    n_labelled: int
    method: str

    def row(self, level: float) -> dict[str, Any]:
        """The cell's numbers: share, intervals at `level` and of 50 %, and beside them the raw share and that of codes alone."""
        low, high = self.estimate.interval(level) if self.estimate else (np.nan, np.nan)
        low_50, high_50 = self.estimate.interval(0.5) if self.estimate else (np.nan, np.nan)
        gold_low, gold_high = self.alone.interval(level) if self.alone else (np.nan, np.nan)
        return {
            "n": self.n,
            "share": self.estimate.shown if self.estimate else self.raw if self.method == UNCORRECTED else np.nan,
            "low": low,
            "high": high,
            "low_50": low_50,
            "high_50": high_50,
            "se": self.estimate.se if self.estimate else np.nan,
            "q": np.nan,
            "n_statements": self.n_statements,
            "n_documents": len(self.documents),
            "n_labelled": self.n_labelled,
            "raw": self.raw,
            "gold_only": self.alone.shown if self.alone else np.nan,
            "gold_low": gold_low,
            "gold_high": gold_high,
            "method": self.method,
            "target": PROCESS if self.method.startswith(BY_HAND) else CORPUS,
        }


def enough(codes: float, expected: float, documents: float) -> bool:
    """Whether a cell is shown: at least LEAST_CODES codes, of which the classifier lets expect LEAST_EXPECTED positive ones (`expected` is
    the sum of its probabilities; so is `codes` where it must say which statements are of the cell), and where documents are drawn these
    in LEAST_DOCUMENTS of them (`stance.difference.effective_documents`).

    The codes found must not decide: cells shown for their many positive codes would be those that err upward.
    """
    return codes >= LEAST_CODES and expected >= LEAST_EXPECTED and documents >= LEAST_DOCUMENTS


class Domain:
    """The statements of one side, perhaps of one period: the mask `inside` over those of the corpus."""

    def __init__(self, corpus: Corpus, inside: np.ndarray) -> None:
        self.corpus = corpus
        self.own = corpus.statements[inside]
        self.documents = self.own["doc_id"].to_numpy(object)
        self.drawn = np.zeros(0, bool) if corpus.labelled is None else inside[corpus.labelled["row"].to_numpy()]

    def cell(self, part: Rule, whole: Rule = ANY) -> Cell:
        """The share of statements that fit `part`, which is part of `whole`, among those that fit `whole`, by the method of the corpus.

        A cell without codes enough is not shown, see `enough`.
        """
        among = whole.holds(self.own) > 0
        n, size = int(part.holds(self.own)[among].sum()), int(among.sum())
        documents = frozenset(pd.unique(self.documents[among]))
        raw = n / size if size else np.nan
        if self.corpus.by_hand:
            return Cell(_exact(part.holds(self.own)[among], self.documents[among]), None, n, raw, size, documents, size, self.corpus.method)
        labelled, design = self.corpus.labelled, self.corpus.design
        if labelled is None or design is None:
            return Cell(None, None, n, raw, size, documents, 0, UNCORRECTED)
        coded = int((self.drawn & (whole.holds(labelled) > 0)).sum())
        hidden = Cell(None, None, n, raw, size, documents, coded, NOT_SHOWN)
        likely, expected = (rule.predicted(self.corpus.drawn) * self.drawn for rule in (whole, part))
        units = difference.effective_documents(design, self.drawn, self._numbers, part.predicted(self.own))
        if not coded or not enough(float(likely.sum()), float(expected.sum()), units):
            return hidden
        found = self._corrected(part)
        if whole != ANY:
            bottoms = self._corrected(whole)
            if any(bottom.value <= 0 for bottom in bottoms):
                return hidden
            found = [difference.ratio(top, bottom) for top, bottom in zip(found, bottoms, strict=True)]
        return replace(hidden, estimate=found[0], alone=found[1], method=self.corpus.method)

    @cached_property
    def _numbers(self) -> np.ndarray:
        """The document of each statement, as a number."""
        return pd.factorize(self.documents)[0]

    def _corrected(self, rule: Rule) -> list[Share]:
        """The share of statements that fit, by codes and predictions, and by codes alone."""
        labelled, design = self.corpus.labelled, self.corpus.design
        assert labelled is not None and design is not None
        y, f, mean_f = rule.holds(labelled), rule.predicted(self.corpus.drawn), float(rule.predicted(self.own).mean())
        return [difference.share(y, f, mean_f, self.drawn, design, tuning) for tuning in (None, 0.0)]


def contrast(first: Cell, second: Cell) -> Cell:
    """`first` minus `second`; not shown where one of them is not."""
    by_hand = first.method.startswith(BY_HAND)
    subtract = intervals.newcombe if by_hand else intervals.contrast
    pairs = ((first.estimate, second.estimate), (first.alone, second.alone))
    found, alone = (subtract(one, other) if one and other else None for one, other in pairs)
    hidden = NOT_SHOWN in (first.method, second.method)
    statements, labelled = first.n_statements + second.n_statements, first.n_labelled + second.n_labelled
    documents = first.documents | second.documents
    method = NOT_SHOWN if hidden else first.method
    return Cell(found, alone, first.n + second.n, first.raw - second.raw, statements, documents, labelled, method)


def _exact(fits: np.ndarray, documents: np.ndarray) -> Share | None:
    """The share of all statements that fit; its interval (Wilson 1927) is for statements like these, from documents like these where there
    are LEAST_DOCUMENTS: at the size of sample of independent statements that varies as much. With fewer documents statements are taken as
    independent."""
    if not len(fits):
        return None
    p, n = float(fits.mean()), float(len(fits))
    pulls = np.bincount(pd.factorize(documents)[0], fits - p)
    variance, df = p * (1 - p) / n, np.inf
    if len(pulls) >= LEAST_DOCUMENTS:
        df = len(pulls) - 1.0
        variance = max(variance, float((pulls**2).sum()) / n**2 * len(pulls) / df)
    size = p * (1 - p) / variance if variance else n
    return Share(p, float(np.sqrt(variance)), df, np.zeros(0), p=np.array([p]), n=np.array([size]))
