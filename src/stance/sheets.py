"""What a coder sees: drawn statements in context, blind to the classifier, as a table to fill and as Label Studio tasks.

Label Studio's formats: https://labelstud.io/guide/tasks and https://labelstud.io/guide/export.
"""

from typing import Any
from xml.sax.saxutils import quoteattr

import pandas as pd

from stance.checks import CODES, REQUIRED
from stance.codebook import codebook
from stance.errors import listing, refuse

SEEN = ["statement_id", "title", "published", "speaker", "before", "statement", "after"]
CONTEXT = 400  # characters shown before and after
STYLE = """\
    .place { display: flex; flex-wrap: wrap; column-gap: 1.5em; opacity: 0.75; }
    .speaker { font-weight: 600; margin-bottom: 0.5em; }
    .context { opacity: 0.75; }
    .statement { border-left: 4px solid #d48806; background: rgba(250, 173, 20, 0.15); font-weight: 600; margin: 0.5em 0; }
"""
LOOKS = [("place", "title", "published"), ("speaker", "speaker"), ("context", "before"), ("statement", "statement"), ("context", "after")]
HEADS = {
    "act": "Act",
    "secondary": "Secondary act, if there is one (a second click takes it back)",
    "issue": "Issue",
    "stance": "Stance on the proposition of the issue",
}


def sheet(drawn: pd.DataFrame, statements: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """The drawn statements with their context and empty codes: columns SEEN, then CODES. Neither prediction nor stratum is shown."""
    rows = drawn[["statement_id"]].merge(statements, on="statement_id", how="left")
    gone = rows.loc[rows["doc_id"].isna(), "statement_id"]
    if len(gone):
        raise refuse(f"drawn statements {listing(gone)} are not at hand", "the statements that were drawn from", "the same run")
    texts = documents.set_index("doc_id")
    missing = rows.loc[~rows["doc_id"].isin(texts.index), "doc_id"].unique()
    if len(missing):
        raise refuse(
            f"documents {listing(missing)} of the statements are not at hand", "the documents that the statements come from", "the same run"
        )
    shown = [_shown(row, texts.loc[row["doc_id"]]) for row in rows.to_dict("records")]
    return pd.DataFrame(shown, columns=SEEN).assign(**dict.fromkeys(CODES, ""))


def _shown(row: dict[str, Any], document: pd.Series) -> dict[str, str]:
    text, start, end = document["text"], row["spans"][0][0], row["spans"][-1][1]
    return {
        "statement_id": row["statement_id"],
        "title": document["title"],
        "published": document["published"],
        "speaker": row["speaker"] + (f", {row['office']}" if row["office"] else ""),
        "before": text[max(document["body_start"], start - CONTEXT) : start],
        "statement": row["content"],
        "after": text[end : end + CONTEXT],
    }


def tasks(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Label Studio tasks, one per row of `sheet`."""
    return [{"data": row} for row in rows[SEEN].to_dict("records")]


def label_config() -> str:
    """The labelling interface of Label Studio for `tasks`: the statement marked in its context, and a choice for each code.

    Hovering over a choice shows its definition. Exports hold the codes, also where a name is shown.
    """
    book = codebook()
    issues = {code: (issue.name, f"{issue.definition} {issue.proposition}".strip()) for code, issue in book.issues.items()}
    acts, stances = ({code: (code, text) for code, text in codes.items()} for codes in (book.acts, book.stances))
    codes = {"act": acts, "secondary": acts, "issue": issues, "stance": stances}
    parts = [*(_texts(look, *names) for look, *names in LOOKS), *(_choices(name, values) for name, values in codes.items())]
    return f"<View>\n  <Style>\n{STYLE}  </Style>\n{''.join(parts)}</View>\n"


def _texts(look: str, *names: str) -> str:
    texts = "".join(f'    <Text name="{name}" value="${name}"/>\n' for name in names)
    return f'  <View className="{look}">\n{texts}  </View>\n'


def _choices(name: str, values: dict[str, tuple[str, str]]) -> str:
    """`values` gives the name and the definition of each code. Only a choice that is not a radio button can be taken back."""
    how = 'choice="single-radio" required="true"' if name in REQUIRED else 'choice="single"'
    options = "".join(
        f"      <Choice value={quoteattr(shown)}{f' alias={quoteattr(code)}' if shown != code else ''} hint={quoteattr(text)}/>\n"
        for code, (shown, text) in values.items()
    )
    head = f'    <Header value={quoteattr(HEADS[name])} size="5"/>\n    <Choices name="{name}" toName="statement" showInline="true" {how}>'
    return f"  <View>\n{head}\n{options}    </Choices>\n  </View>\n"


def from_label_studio(export: Any, name: str) -> pd.DataFrame:
    """Codes of a Label Studio export (JSON): `statement_id`, `coder` (the annotator's e-mail or number) and CODES, a row per annotation.

    Cancelled annotations are left out. Raises StanceError when `export` is no list of tasks with annotations.
    """
    advice = "Export, format JSON (not JSON-MIN), in Label Studio"
    if not isinstance(export, list) or not all(
        isinstance(task, dict) and isinstance(task.get("annotations"), list) and all(isinstance(one, dict) for one in task["annotations"])
        for task in export
    ):
        raise refuse(f"{name} is no Label Studio export", "a list of tasks with annotations", advice)
    rows = []
    for task in export:
        statement_id = str((task.get("data") or {}).get("statement_id", ""))
        for annotation in task["annotations"]:
            if annotation.get("was_cancelled"):
                continue
            parts = annotation.get("result") or []
            codes = {part.get("from_name"): ((part.get("value") or {}).get("choices") or [""])[0] for part in parts}
            by = annotation.get("completed_by", "")
            coder = str(by.get("email") or by.get("id") if isinstance(by, dict) else by)
            rows.append({"statement_id": statement_id, "coder": coder} | {code: codes.get(code, "") for code in CODES})
    return pd.DataFrame(rows, columns=["statement_id", "coder", *CODES])
