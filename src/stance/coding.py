"""The commands for people who code: what to code next, training on their codes, and the features of the coded corpus."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from stance import files
from stance.annotate import queue, read_back
from stance.checks import need
from stance.console import app, load_describers, read_classifier, save_classifier, say, spare_codes, spare_inputs, track
from stance.crossfit import cross_fit as predict_across
from stance.errors import listing, refuse
from stance.features import describe
from stance.models import BEST, FAST, TARGETS
from stance.params import load_params
from stance.resources import resource
from stance.stages import FEATURED, PARAMS
from stance.standoff import differences, frequent, spoken
from stance.train import fit

annotating = typer.Typer(no_args_is_help=True, help="Choose statements to code.")
app.add_typer(annotating, name="annotate")


@annotating.command("next")
def annotate_next(
    statements: Annotated[Path, typer.Argument(metavar="FILE", help="Predictions: statements.jsonl of analyze, or predictions.parquet.")],
    out: Annotated[Path, typer.Option(help="Sheet to fill (CSV).")],
    size: Annotated[int, typer.Option(min=1, help="Statements to code.")] = 50,
    coded: Annotated[list[Path] | None, typer.Option(help="Sheets coded before; their statements are left out.")] = None,
    seed: Annotated[int, typer.Option(help="Order of the sheet.")] = 20220121,
) -> None:
    """Choose the statements of your own from which the classifier would learn most, as a sheet to code. No prediction is shown.

    Example: stance annotate next results/statements.jsonl --size 50 --out sheet.csv
    """
    spare_inputs(out, statements, *(coded or []))
    spare_codes(out)
    rows, done = files.read_predictions(statements), _ids(coded or [])
    sheet = queue(rows, size=size, seed=seed, coded=done)
    files.write_csv(sheet, out)
    say("annotate", f"{len(sheet)} of {len(rows)} statements to code, in {out}")


def _ids(sheets: list[Path]) -> frozenset[str]:
    """The statements of coded sheets."""
    found: set[str] = set()
    for path in sheets:
        sheet = files.read_csv(path)
        need(sheet, ["statement_id"], str(path), "a sheet of annotate next")
        found.update(sheet["statement_id"])
    return frozenset(found)


@app.command()
def retrain(
    sheets: Annotated[list[Path], typer.Argument(metavar="SHEET...", help="Coded sheets of annotate next.")],
    out: Annotated[Path, typer.Option(help="Folder for the classifier; name it with --model.")],
    coder: Annotated[str, typer.Option(help="Who coded.")] = "human",
    featured: Annotated[Path, typer.Option(help="The labelled statements of the pipeline, with features.")] = FEATURED,
    params: Annotated[Path, typer.Option(help="Parameter file.")] = PARAMS,
) -> None:
    """Train the chosen models again on the project's codes and your own.

    Example: stance retrain sheet.csv --out my-model
    """
    settings = load_params(params)
    own = read_back(pd.concat([files.read_csv(path) for path in sheets]), coder)
    parser, encoder = load_describers(settings)
    rows = pd.concat([files.read_table(featured), own.join(describe(own, parser=parser, encoder=encoder))], ignore_index=True)
    chosen = files.read_json(resource("model/chosen.json"))
    tasks = [(use, target) for use in (BEST, FAST) for target in TARGETS]
    fitted = {(use, target): fit(rows, chosen[use][target], target, settings.train) for use, target in track("retrain")(tasks)}
    models = {use: {target: fitted[use, target] for target in TARGETS} for use in (BEST, FAST)}
    save_classifier(models, chosen | {"encoder": settings.featurize.encoder}, out)
    say("retrain", f"{len(own)} codes of yours and {len(rows) - len(own)} of the project, in {out}")


@app.command("cross-fit")
def cross_fit(
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="Predictions from which the codes were drawn.")],
    labels: Annotated[Path, typer.Argument(metavar="LABELS", help="Drawn codes of stance label.")],
    out: Annotated[Path, typer.Option(help="Predictions to write (.parquet or .jsonl).")],
    folds: Annotated[int, typer.Option(min=2, help="Parts of the corpus, by documents.")] = 4,
    model: Annotated[Path | None, typer.Option(help="Folder of a trained model; by default the one that ships with stance.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Train the classifier that reads words alone.")] = False,
    featured: Annotated[Path, typer.Option(help="The labelled statements of the pipeline, with features.")] = FEATURED,
    params: Annotated[Path, typer.Option(help="Parameter file.")] = PARAMS,
) -> None:
    """Predict again with models that learnt from the drawn codes too, each document by one that has not seen its own codes.

    Example: stance cross-fit results/statements.jsonl coding/labels.csv --out results/cross-fitted.parquet
    """
    spare_inputs(out, predictions, labels)
    files.ending(out)
    settings = load_params(params)
    classifier = read_classifier(model or resource("model"), fast=fast, spacy_model=settings.extract.spacy_model)
    rows, codes = files.read_predictions(predictions), files.read_csv(labels)
    tables = rows, codes[codes["act"] != ""], files.read_table(featured)
    result = predict_across(*tables, classifier, folds=folds, params=settings.train, track=track("cross-fit"))
    files.write_rows(result, out)
    say("cross-fit", f"{len(result)} statements predicted by models that learnt from {len(tables[1])} codes, in {out}")


@app.command()
def rebuild_features(
    corpora: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the corpora, NAME.jsonl each.")],
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when the stored features differ.")] = False,
    params: Annotated[Path, typer.Option(help="Parameter file.")] = PARAMS,
) -> None:
    """Read the words of the coded corpus where it is at hand, verify them, and extract their features anew.

    Example: stance rebuild-features corpora/ --check
    """
    settings = load_params(params)
    codes = files.read_csv(Path(settings.label.corpus))
    documents = files.read_corpora(corpora, sorted(set(codes["corpus"])))
    rows = spoken(codes, documents)
    parser, encoder = load_describers(settings)
    found = frequent(rows[["statement_id"]].join(describe(rows, parser=parser, encoder=encoder, track=track("features"))))
    target = Path(settings.featurize.features)
    if check:
        differing = differences(files.read_table(target), found)
        if differing:
            came = f"stored features of {len(differing)} statements differ ({listing(differing, 2)})"
            raise refuse(came, "those of the words", "without --check")
    else:
        files.write_table(found, target)
    say("rebuild-features", f"{len(found)} coded statements {'verified' if check else 'stored'}")
