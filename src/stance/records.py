"""The columns of every table that passes between stages, and their checks. Missing text is the empty string."""

import hashlib

import pandas as pd
import pandera.errors
import pandera.pandas as pa

from stance.codebook import ACTS, DIFFERENCE, GENRES, QUOTES, SIDES, codebook
from stance.errors import StanceError, listing

ISSUES = list(codebook().issues)
STANCES = list(codebook().stances)


def _text(*, empty: bool = True, unique: bool = False, choices: list[str] | None = None) -> pa.Column:
    checks = [] if choices is None else [pa.Check.isin([*choices, ""] if empty else choices)]
    if choices is None and not empty:
        checks.append(pa.Check.str_length(min_value=1))
    return pa.Column(str, checks, unique=unique, nullable=False)


def _spans_ok(spans: object) -> bool:
    return isinstance(spans, list) and all(len(span) == 2 and 0 <= span[0] < span[1] for span in spans)


def _number(low: float, high: float, nullable: bool = False) -> pa.Column:
    return pa.Column(float, pa.Check.in_range(low, high), nullable=nullable)


DOCUMENTS = pa.DataFrameSchema(
    {
        "doc_id": _text(empty=False, unique=True),
        "source": _text(empty=False),
        "outlet": _text(),
        "published": _text(),
        "title": _text(),
        "url": _text(),
        "licence": _text(),
        "genre": _text(empty=False, choices=GENRES),
        "speaker": _text(),
        "side": _text(choices=SIDES),
        "text": _text(empty=False),
        "body_start": pa.Column(int, pa.Check.ge(0)),
        "copy_of": _text(),
    },
    name="documents",
)

STATEMENTS = pa.DataFrameSchema(
    {
        "statement_id": _text(empty=False, unique=True),
        "attribution_id": _text(empty=False),
        "doc_id": _text(empty=False),
        "spans": pa.Column(object, pa.Check(_spans_ok, element_wise=True)),
        "content": _text(empty=False),
        "context": _text(),
        "quote": _text(empty=False, choices=QUOTES),
        "cue": _text(),
        "cue_span": pa.Column(object),
        "source_text": _text(),
        "source_span": pa.Column(object),
        "speaker": _text(),
        "office": _text(),
        "side": _text(empty=False, choices=SIDES),
        "side_basis": _text(empty=False),
        "addressee": _text(empty=False),
    },
    name="statements",
)

LABELLED = pa.DataFrameSchema(
    {
        "statement_id": _text(empty=False, unique=True),
        "text": _text(),
        "cue": _text(),
        "act": _text(empty=False, choices=list(ACTS)),
        "secondary": _text(choices=list(ACTS)),
        "issue": _text(empty=False, choices=ISSUES),
        "stance": _text(empty=False, choices=STANCES),
        "side": _text(empty=False, choices=SIDES),
        "genre": _text(empty=False, choices=GENRES),
        "source": _text(empty=False),
        "year": _text(),
        "group": _text(empty=False),
        "part": _text(choices=["random", "enriched"]),
        "coder": _text(empty=False),
        "origin": _text(empty=False, choices=["authored", "corpus"]),
    },
    name="labelled",
)

HASHED = ("words", "nearby", "clauses")  # features that are packed hashes, see `stance.features`
FEATURES = [*HASHED, "keywords", "vector"]
FEATURED = LABELLED.add_columns({name: pa.Column(object) for name in FEATURES})
FEATURED.name = "featured"

CODED = pa.DataFrameSchema(
    {
        "statement_id": _text(empty=False, unique=True),
        "doc_id": _text(empty=False),
        "spans": pa.Column(object, pa.Check(_spans_ok, element_wise=True)),
        "content": _text(empty=False),
        "quote": _text(empty=False, choices=QUOTES),
        "speaker": _text(),
        "side": _text(empty=False, choices=SIDES),
        "addressee": _text(empty=False),
        "act": _text(empty=False, choices=list(ACTS)),
        "secondary": _text(choices=list(ACTS)),
        "issue": _text(empty=False, choices=ISSUES),
        "stance": _text(empty=False, choices=STANCES),
        "coder": _text(empty=False),
        "extracted": _text(),
    },
    name="codes",
)

PREDICTIONS = STATEMENTS.add_columns(
    {
        "act": _text(empty=False, choices=list(ACTS)),
        **{f"p_{act}": _number(0, 1) for act in ACTS},
        "prediction_set": pa.Column(object),
        "issue": _text(empty=False, choices=ISSUES),
        "p_issue": _number(0, 1),
        "stance": _text(empty=False, choices=STANCES),
        "p_stance": _number(0, 1),
        "conditional": pa.Column(bool),
    }
)
PREDICTIONS.name = "predictions"

NUMBERS = {
    "n": pa.Column(int, pa.Check.ge(0)),
    **{name: _number(-1, 1, nullable=True) for name in ("share", "low", "high", "low_50", "high_50")},
    "se": pa.Column(float, pa.Check.ge(0), nullable=True),
    "q": _number(0, 1, nullable=True),
    **{name: pa.Column(int, pa.Check.ge(0)) for name in ("n_statements", "n_documents", "n_labelled")},
    **{name: _number(-1, 1, nullable=True) for name in ("raw", "gold_only", "gold_low", "gold_high")},
    "method": _text(empty=False),
    "target": _text(empty=False),
}
SIDE = _text(empty=False, choices=[*SIDES, DIFFERENCE])
ACT, ISSUE = _text(empty=False, choices=list(ACTS)), _text(choices=ISSUES)

SHARES = pa.DataFrameSchema({"side": SIDE, "act": ACT, "issue": ISSUE, "period": _text(), **NUMBERS}, name="shares")
POSITIONS = pa.DataFrameSchema({"side": SIDE, "issue": ISSUE, "stance": _text(empty=False, choices=STANCES), **NUMBERS}, name="positions")
CONDITIONS = pa.DataFrameSchema({"side": SIDE, "act": ACT, **NUMBERS}, name="conditions")


def check(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """`frame` itself when it fits `schema`. Raises StanceError naming the table, column, rule and first bad values."""
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        worst = error.failure_cases.iloc[0]
        column = worst["column"] if isinstance(worst["column"], str) else worst["failure_case"]
        values = error.failure_cases.loc[error.failure_cases["column"] == worst["column"], "failure_case"]
        raise StanceError(
            f"table {schema.name}: column {column!r} holds {listing(map(repr, values), 3)}; "
            f"allowed: {worst['check']}. Try: docs/data-format.md"
        ) from None
    return frame


def empty(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """A table of `schema` with no rows."""
    columns = {
        name: pd.Series(dtype={"int64": "int64", "float64": "float64", "bool": "bool", "object": object}.get(str(column.dtype), "str"))
        for name, column in schema.columns.items()
    }
    return pd.DataFrame(columns)


def identifier(*parts: str) -> str:
    """A 16-digit hexadecimal id of the parts in their order."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
