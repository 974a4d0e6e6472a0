"""Picks the documents of the case study: those of the White House and the Kremlin, of its months, that are about the matter.

    python choose.py OUT

params.yaml names the corpora, the months and the names that a document must hold often enough.
"""

import re
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from stance import files
from stance.records import identifier


def about(text: str, names: re.Pattern[str], per_thousand: float) -> bool:
    """Whether `per_thousand` words among a thousand of `text` are such names, or more."""
    return 1000 * len(names.findall(text)) >= per_thousand * len(text.split())


def main(out: Annotated[Path, typer.Argument(help="JSON Lines file of documents to write.")]) -> None:
    params: dict[str, Any] = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    rule, names = params["select"], re.compile(params["select"]["names"])
    measured = {row["doc_id"] for row in files.read_jsonl(params["without"])}
    rows = (row for name in rule["files"] for row in files.read_jsonl(str(Path(params["corpora"]) / name)))
    kept = [
        row | {"doc_id": identifier(row["doc_id"])}  # ids there hold words of titles
        for row in rows
        if row["doc_id"] not in measured
        and rule["first"] <= str(row["date"])[:10] <= rule["last"]
        and about(row["text"], names, rule["per_thousand"])
    ]
    files.write_lines(kept, str(out))


if __name__ == "__main__":
    typer.run(main)
