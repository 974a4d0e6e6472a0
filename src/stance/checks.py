"""What coders may write, and the checks that tables from people's hands share."""

import pandas as pd

from stance.codebook import ACTS, codebook
from stance.errors import listing, refuse

CODES = ["act", "secondary", "issue", "stance"]  # columns that a coder fills
REQUIRED = ["act", "issue", "stance"]  # those that a coder must fill, and on which coders must agree


def choices() -> dict[str, tuple[str, ...]]:
    """The codes that may stand in each of CODES."""
    return {"act": ACTS, "secondary": ACTS, "issue": tuple(codebook().issues), "stance": tuple(codebook().stances)}


def need(rows: pd.DataFrame, columns: list[str], name: str, advice: str) -> None:
    """Raises StanceError when `rows`, called `name`, lack columns."""
    missing = [column for column in columns if column not in rows.columns]
    if missing:
        raise refuse(f"{name} lack columns {listing(missing)}", listing(columns, 20), advice)


def given(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with an act; codes in lower case and without spaces around."""
    plain = rows.assign(**{name: rows[name].astype(str).str.strip().str.lower() for name in CODES})
    return plain[plain["act"] != ""]


def known(rows: pd.DataFrame) -> None:
    """Raises StanceError for codes that are not in the codebook; only an act must be given."""
    for name, codes in choices().items():
        bad = sorted(set(rows[name].astype(str)) - set(codes) - ({""} if name != "act" else set()))
        if bad:
            raise refuse(f"{name} {listing(map(repr, bad))}", listing(codes, 20), "docs/codebook.md")
