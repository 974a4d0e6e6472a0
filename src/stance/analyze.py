"""Documents to classified statements and shares in one call: the stages of the pipeline without its files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stance.actors import Gazetteer
from stance.attribution.reader import Reader
from stance.estimate import Estimates, estimate
from stance.extract import Extracted, extract
from stance.params import Params
from stance.predict import Classifier, predict
from stance.records import CODED, empty


@dataclass(frozen=True)
class Analysis:
    """What the stages returned for one set of documents."""

    extracted: Extracted
    predictions: pd.DataFrame
    drift: dict[str, float]
    estimates: Estimates


def analyze(
    documents: pd.DataFrame,
    classifier: Classifier,
    *,
    params: Params,
    reader: Reader,
    gazetteer: Gazetteer,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Analysis:
    """Extraction, classification and uncorrected shares of `documents` (records.DOCUMENTS)."""
    extracted = extract(documents, params=params.extract, reader=reader, gazetteer=gazetteer, track=track)
    found = predict(extracted.rows, classifier, params=params.predict)
    estimates = estimate(found.rows, empty(CODED), pd.DataFrame(), documents, params=params.estimate)
    return Analysis(extracted, found.rows, found.drift, estimates)
