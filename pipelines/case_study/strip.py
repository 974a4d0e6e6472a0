"""Takes the words out of what `stance analyze` found, so that the shares can be estimated where the corpora are not.

    python strip.py RESULTS

Writes predictions.parquet (a row per US or Russian statement) and documents.csv (their dates and outlets).
"""

from pathlib import Path
from typing import Annotated

import typer

from stance import files
from stance.codebook import ACTS, COMPARED

KEPT = ["statement_id", "doc_id", "side", "act", *(f"p_{act}" for act in ACTS), "issue", "stance", "conditional"]


def main(results: Annotated[Path, typer.Argument(help="Folder of stance analyze.")]) -> None:
    rows = files.read_predictions(results / "statements.jsonl")
    rows = rows.loc[rows["side"].isin(COMPARED), KEPT]
    files.write_table(rows, Path("predictions.parquet"))
    documents = files.read_table(results / "documents.parquet")[["doc_id", "outlet", "published"]]
    files.write_csv(documents[documents["doc_id"].isin(rows["doc_id"])], Path("documents.csv"))


if __name__ == "__main__":
    typer.run(main)
