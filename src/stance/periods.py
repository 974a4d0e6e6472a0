"""When a statement was made: the date of its document, cut to the month or the year."""

import pandas as pd

LENGTH = {"month": len("2022-01"), "year": len("2022"), "all": 0}
FORM = {"month": r"\d{4}-\d{2}", "year": r"\d{4}", "all": ""}


def periods(doc_ids: pd.Series, published: pd.Series, period: str, *, unknown: str = "") -> pd.Series:
    """The period (a key of LENGTH) of each of `doc_ids`; `published` gives dates by document. `unknown` where it is not that precise."""
    date = doc_ids.map(published).astype(object).fillna("").astype(str).str[: LENGTH[period]]
    return date.where(date.str.fullmatch(FORM[period]), unknown)
