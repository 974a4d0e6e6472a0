"""The commands of the pipeline: each loads its inputs, calls its stage, saves and says one line."""

from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import typer

from stance import files
from stance.actors import gazetteer
from stance.attribution.reader import load_reader
from stance.chart import chart as draw_charts
from stance.console import (
    app,
    load_describers,
    need_documents,
    read_classifier,
    read_figures,
    read_models,
    reasons,
    save_classifier,
    save_figures,
    say,
    tell_unread,
    track,
)
from stance.errors import refuse
from stance.estimate import estimate as estimate_shares
from stance.evaluate import evaluate as evaluate_models
from stance.extract import extract as extract_statements
from stance.featurize import featurize as featurize_labels
from stance.fieldwork import estimate_files, read_back
from stance.ingest import ingest as ingest_documents
from stance.label import CODE_COLUMNS
from stance.label import label as label_statements
from stance.models import BEST, recipe_of
from stance.params import load_params
from stance.predict import predict as predict_statements
from stance.readers import read_paths
from stance.report import report as write_report
from stance.split import split as split_labels
from stance.train import train as train_model

INTERIM, PROCESSED, MODELS, MODEL = Path("data/interim"), Path("data/processed"), Path("models"), Path("data/model")
REPORTS = Path("reports")
DOCUMENTS, STATEMENTS, LABELLED, CODED = (INTERIM / f"{name}.parquet" for name in ("documents", "statements", "labelled", "coded"))
FEATURED = INTERIM / "featured.parquet"
TRAIN, TEST = INTERIM / "train.parquet", INTERIM / "test.parquet"
PREDICTIONS, COUNTED = PROCESSED / "predictions.parquet", PROCESSED / "counted.parquet"
TABLES = {name: REPORTS / "tables" / f"{name}.csv" for name in ("shares", "positions", "conditions", "flows")}
SCORES = REPORTS / "evaluate" / "scores.csv"
FIGURES, METRICS = REPORTS / "figures", REPORTS / "metrics"
ParamsFile = Annotated[Path, typer.Option("--params", help="Parameter file.")]
PARAMS = Path("params.yaml")


def _counts(stage: str, counts: dict[str, Any]) -> None:
    files.write_json(counts, METRICS / f"{stage}.json")


@app.command()
def ingest(params: ParamsFile = PARAMS) -> None:
    """Read documents from a file or folder.

    Example: stance ingest
    """
    settings = load_params(params).ingest
    result = ingest_documents(read_paths([Path(settings.input)], params=settings), params=settings)
    files.write_table(result.rows, DOCUMENTS)
    files.write_csv(result.set_aside, INTERIM / "set_aside.csv")
    files.write_csv(result.notices, INTERIM / "notices.csv")
    tell_unread(result)
    _counts("ingest", {"documents": len(result.rows), "set_aside": reasons(result)})
    say("ingest", f"{len(result.rows)} documents", reasons(result))
    need_documents(result, settings.input)


@app.command()
def extract(params: ParamsFile = PARAMS) -> None:
    """Find attributed statements, their speakers and sides.

    Example: stance extract
    """
    settings = load_params(params).extract
    documents = files.read_table(DOCUMENTS)
    reader = load_reader(settings.spacy_model, settings.weights)
    result = extract_statements(documents, params=settings, reader=reader, gazetteer=gazetteer(), track=track("extract"))
    files.write_table(result.rows, STATEMENTS)
    sides = {side: int(n) for side, n in result.rows["side"].value_counts().sort_index().items()}
    _counts(
        "extract",
        {"documents": len(documents), "statements": len(result.rows), "sides": sides, "left_out": result.dropped},
    )
    say("extract", f"{len(documents)} documents -> {len(result.rows)} statements", result.dropped)


@app.command()
def label(
    codes: Annotated[
        list[Path] | None, typer.Argument(metavar="[CODES...]", help="Coded sheets, Label Studio exports; else the stage.")
    ] = None,
    design: Annotated[Path | None, typer.Option(help="With CODES: design.csv of stance sample; by default the one here.")] = None,
    adjudicated: Annotated[list[Path] | None, typer.Option(help="With CODES: deciding rows of disagreements; may be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(help="With CODES: labels to write (CSV); by default labels.csv.")] = None,
    params: ParamsFile = PARAMS,
) -> None:
    """Turn coders' codes into one label per statement, and measure the coders' agreement. Without CODES: the stage of the pipeline.

    Example: stance label anna.csv ben.csv --design coding/design.csv --out labels.csv
    """
    if codes:
        read_back(codes, design or Path("design.csv"), out or Path("labels.csv"), adjudicated or [])
        return
    if design or adjudicated or out:
        raise refuse("options without CODES", "the coded sheets with them, or none", "stance label sheet.csv --out labels.csv")
    settings = load_params(params).label
    authored = files.read_csv(Path(settings.authored))
    own = [files.read_csv(Path(path)) for path in settings.codes]
    codes = pd.concat(own, ignore_index=True) if own else pd.DataFrame(columns=CODE_COLUMNS)
    corpus = files.read_csv(Path(settings.corpus))
    result = label_statements(authored, corpus, codes, files.read_table(DOCUMENTS), files.read_table(STATEMENTS))
    files.write_table(result.labelled, LABELLED)
    files.write_table(result.coded, CODED)
    found = int((result.coded["extracted"] != "").sum())
    origin = result.labelled["origin"].value_counts()
    counts = {
        "authored": int(origin.get("authored", 0)),
        "corpus": int(origin.get("corpus", 0)),
        "coded": len(result.coded),
        "coded_and_extracted": found,
    }
    _counts("label", {**counts, "agreement": result.agreement, "left_out": result.dropped})
    say(
        "label",
        f"{counts['authored']} authored, {counts['corpus']} of the corpus, {len(result.coded)} of documents at hand ({found} extracted)",
        result.dropped,
    )


@app.command()
def featurize(params: ParamsFile = PARAMS) -> None:
    """Turn labelled statements into the features that classifiers read.

    Example: stance featurize
    """
    settings = load_params(params)
    labelled, stored = files.read_table(LABELLED), files.read_table(Path(settings.featurize.features))
    parser, encoder = load_describers(settings)
    result = featurize_labels(labelled, stored, parser=parser, encoder=encoder, track=track("featurize"))
    files.write_table(result, FEATURED)
    say("featurize", f"{len(result)} statements")


@app.command()
def split(params: ParamsFile = PARAMS) -> None:
    """Divide labelled statements into a training and a test part.

    Example: stance split
    """
    settings = load_params(params).split
    parts = split_labels(files.read_table(FEATURED), params=settings, held_out=files.read_held_out(settings.held_out))
    files.write_table(parts.train, TRAIN)
    files.write_table(parts.test, TEST)
    _counts("split", {"train": len(parts.train), "test": len(parts.test)})
    say("split", f"{len(parts.train)} statements to train, {len(parts.test)} to test")


@app.command()
def train(name: Annotated[str, typer.Argument(help="A model of src/stance/models.py.")], params: ParamsFile = PARAMS) -> None:
    """Fit one model for act, issue and stance, with cross-validated predictions.

    Example: stance train blend_vectors
    """
    rows = files.read_table(TRAIN)
    result = train_model(rows, name=name, params=load_params(params).train, track=track(f"train {name}"))
    for target, model in result.models.items():
        files.write_model(model, MODELS / name / f"{target}.skops")
    files.write_table(result.out_of_fold, MODELS / name / "out_of_fold.parquet")
    say("train", f"{name} on {len(rows)} statements")


@app.command()
def evaluate(params: ParamsFile = PARAMS) -> None:
    """Score the models, choose one by cross-validation and store it for use.

    Example: stance evaluate
    """
    settings = load_params(params)
    out_of_fold = {name: files.read_table(MODELS / name / "out_of_fold.parquet") for name in settings.models}
    models = {name: read_models(MODELS / name, recipe_of(name).targets) for name in settings.models}
    train_rows, test_rows = files.read_table(TRAIN), files.read_table(TEST)
    result = evaluate_models(train_rows, test_rows, out_of_fold, models, params=settings.evaluate, training=settings.train)
    files.write_json(result.metrics, METRICS / "evaluate.json")
    for name, table in result.tables.items():
        files.write_csv(table, REPORTS / "evaluate" / f"{name}.csv")
    save_classifier(result.models, result.chosen | {"encoder": settings.featurize.encoder}, MODEL)
    score = result.metrics["test"]["macro_f1"]
    say(
        "evaluate",
        f"{result.chosen[BEST]['act']}: macro-F1 {score['value']:.2f} ({score['low']:.2f} to {score['high']:.2f}) on {score['n']} tests",
    )


@app.command()
def predict(params: ParamsFile = PARAMS) -> None:
    """Classify every statement by act, issue and stance.

    Example: stance predict
    """
    settings = load_params(params)
    classifier = read_classifier(MODEL, spacy_model=settings.extract.spacy_model)
    result = predict_statements(files.read_table(STATEMENTS), classifier, params=settings.predict, track=track("predict"))
    files.write_table(result.rows, PREDICTIONS)
    _counts("predict", {"statements": len(result.rows), "model": classifier.name, "drift": result.drift})
    say("predict", f"{len(result.rows)} statements classified")


@app.command()
def estimate(
    predictions: Annotated[
        Path | None, typer.Option(help="Predictions of any classifier: statement_id, doc_id, side, act, p_<act>.")
    ] = None,
    labels: Annotated[Path | None, typer.Option(help="Codes drawn from them: statement_id, act, pi, and stratum if any.")] = None,
    out: Annotated[Path | None, typer.Option(help="Shares to write.")] = None,
    design: Annotated[Literal["statements", "documents"] | None, typer.Option(help="What was drawn; else as the labels show.")] = None,
    documents: Annotated[Path | None, typer.Option(help="Their documents (doc_id, published, outlet), for months and sources.")] = None,
    figures: Annotated[Path | None, typer.Option(help="Folder to draw the shares in.")] = None,
    about: Annotated[str, typer.Option(help="What the texts are, for the source line of the figures.")] = "",
    params: ParamsFile = PARAMS,
) -> None:
    """Estimate each side's shares of acts, and their difference, from Parquet, CSV or JSON Lines; without files, the stage of the pipeline.

    Example: stance estimate --predictions predictions.parquet --labels labels.csv --out shares.csv
    """
    if predictions or labels or out or design or documents or figures or about:
        if not (predictions and labels and out):
            raise refuse("not all of --predictions, --labels, --out", "the three together", "stance estimate -h")
        estimate_files(predictions, labels, out, design, documents, figures, about)
        return
    settings = load_params(params).estimate
    tables = files.read_table(PREDICTIONS), files.read_table(CODED), files.read_csv(Path(settings.labels)), files.read_table(DOCUMENTS)
    result = estimate_shares(*tables, params=settings)
    for name, path in TABLES.items():
        files.write_csv(getattr(result, name), path)
    files.write_table(result.counted, COUNTED)
    say("estimate", f"shares of {len(result.counted)} statements: {'; '.join(sorted(set(result.shares['method'])))}")


@app.command()
def chart(params: ParamsFile = PARAMS) -> None:
    """Draw the figures, each with its alt text and plotted rows.

    Example: stance chart
    """
    settings = load_params(params).chart
    shares, positions, conditions = (files.read_numbers(TABLES[name]) for name in ("shares", "positions", "conditions"))
    flows, documents = files.read_flows(TABLES["flows"]), files.read_table(DOCUMENTS)
    figures = draw_charts(shares, positions, conditions, flows, documents, gazetteer().places, settings.about)
    save_figures(figures, FIGURES, settings.png_scale)
    say("chart", f"{len({figure.name for figure in figures})} figures in {FIGURES}")


@app.command()
def report(params: ParamsFile = PARAMS) -> None:
    """Write the self-contained HTML report.

    Example: stance report
    """
    metrics = {stage: files.read_json(METRICS / f"{stage}.json") for stage in ("ingest", "extract", "label", "evaluate", "predict")}
    counted, documents = files.read_table(COUNTED), files.read_table(DOCUMENTS)
    figures, shares, scores = (
        read_figures(FIGURES),
        files.read_numbers(TABLES["shares"]),
        files.read_scores(SCORES),
    )
    page = write_report(figures, shares, counted, documents, metrics, scores, params=load_params(params).report)
    files.write_text(page, REPORTS / "index.html")
    say("report", f"{len(counted)} statements in {REPORTS / 'index.html'}")
