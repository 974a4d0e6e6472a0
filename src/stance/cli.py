"""The `stance` command: load, call the stage, save, say one line. Data goes to files or stdout, talk to stderr."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.progress import track as rich_track
from rich.table import Table
from typer.core import TyperGroup

from stance import __version__, files
from stance.actors import gazetteer
from stance.analyze import Analysis
from stance.analyze import analyze as run_analysis
from stance.chart import chart as draw_charts
from stance.codebook import ACTS, COMPARED, SIDE_NAMES
from stance.errors import StanceError, listing, refuse
from stance.estimate import estimate as estimate_shares
from stance.evaluate import evaluate as evaluate_models
from stance.extract import extract as extract_statements
from stance.figstyle import FIGURES as FIGURE_NAMES
from stance.figstyle import Figure
from stance.ingest import IngestResult
from stance.ingest import ingest as ingest_documents
from stance.label import label as label_statements
from stance.language import load_language
from stance.models import TARGETS, TRUSTED
from stance.params import Params, load_params
from stance.predict import classify as classify_rows
from stance.predict import predict as predict_statements
from stance.readers import read_paths
from stance.report import report as write_report
from stance.resources import resource
from stance.split import split as split_labels
from stance.train import train as train_model

INTERIM, PROCESSED, MODELS, MODEL = Path("data/interim"), Path("data/processed"), Path("models"), Path("data/model")
REPORTS = Path("reports")
DOCUMENTS, STATEMENTS, LABELLED, CODED = (INTERIM / f"{name}.parquet" for name in ("documents", "statements", "labelled", "coded"))
TRAIN, TEST = INTERIM / "train.parquet", INTERIM / "test.parquet"
PREDICTIONS, COUNTED = PROCESSED / "predictions.parquet", PROCESSED / "counted.parquet"
SHARES, FLOWS = REPORTS / "tables" / "shares.csv", REPORTS / "tables" / "flows.csv"
SCORES = REPORTS / "evaluate" / "scores.csv"
FIGURES, METRICS = REPORTS / "figures", REPORTS / "metrics"
talk = Console(stderr=True, highlight=False, soft_wrap=True)


class Commands(TyperGroup):
    """Bad input ends a command with its one line and exit code 1; any other error keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except StanceError as error:
            talk.print(f"stance: {error}", markup=False)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Commands,
    help="What the United States and Russia warn of, promise and demand.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
ParamsFile = Annotated[Path, typer.Option("--params", help="Parameter file.")]
PARAMS = Path("params.yaml")


def _track(what: str) -> Callable[[Iterable[Any]], Iterable[Any]]:
    """Shows a progress bar, but not when stderr is piped."""
    return lambda items: rich_track(items, description=what, console=talk, transient=True) if talk.is_terminal else items


def _say(stage: str, line: str, dropped: dict[str, int] | None = None) -> None:
    lost = f"; left out {sum(dropped.values())} ({', '.join(f'{why}: {n}' for why, n in dropped.items())})" if dropped else ""
    talk.print(f"{stage}: {line}{lost}", markup=False)


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
    _counts("ingest", {"documents": len(result.rows), "set_aside": _reasons(result)})
    _say("ingest", f"{len(result.rows)} documents", _reasons(result))
    _need_documents(result, settings.input)


def _reasons(result: IngestResult) -> dict[str, int]:
    return {str(why): int(n) for why, n in result.set_aside["reason"].value_counts().sort_index().items()}


def _need_documents(result: IngestResult, where: str) -> None:
    if result.rows.empty:
        raise refuse(f"no readable document in {where}", "txt, md, html, pdf, jsonl, csv, parquet with text", "the reasons listed above")


@app.command()
def extract(params: ParamsFile = PARAMS) -> None:
    """Find attributed statements, their speakers and sides.

    Example: stance extract
    """
    settings = load_params(params).extract
    documents = files.read_table(DOCUMENTS)
    nlp = load_language(settings.spacy_model)
    result = extract_statements(documents, params=settings, nlp=nlp, gazetteer=gazetteer(), track=_track("extract"))
    files.write_table(result.rows, STATEMENTS)
    sides = {side: int(n) for side, n in result.rows["side"].value_counts().sort_index().items()}
    _counts("extract", {"documents": len(documents), "statements": len(result.rows), "sides": sides, "left_out": result.dropped})
    _say("extract", f"{len(documents)} documents -> {len(result.rows)} statements", result.dropped)


@app.command()
def label(params: ParamsFile = PARAMS) -> None:
    """Turn coders' codes into one label per statement, and measure the coders' agreement.

    Example: stance label
    """
    settings = load_params(params).label
    authored = files.read_csv(Path(settings.authored))
    codes = pd.concat([files.read_csv(Path(path)) for path in settings.codes])
    result = label_statements(authored, codes, files.read_table(DOCUMENTS), files.read_table(STATEMENTS))
    files.write_table(result.labelled, LABELLED)
    files.write_table(result.coded, CODED)
    found = int((result.coded["extracted"] != "").sum())
    counts = {"authored": len(result.labelled), "coded": len(result.coded), "coded_and_extracted": found}
    _counts("label", {**counts, "agreement": result.agreement, "left_out": result.dropped})
    _say("label", f"{len(result.labelled)} authored, {len(result.coded)} coded statements ({found} of them extracted)", result.dropped)


@app.command()
def split(params: ParamsFile = PARAMS) -> None:
    """Divide labelled statements into a training and a test part.

    Example: stance split
    """
    parts = split_labels(files.read_table(LABELLED), params=load_params(params).split)
    files.write_table(parts.train, TRAIN)
    files.write_table(parts.test, TEST)
    _counts("split", {"train": len(parts.train), "test": len(parts.test)})
    _say("split", f"{len(parts.train)} statements to train, {len(parts.test)} to test")


@app.command()
def train(name: Annotated[str, typer.Argument(help="A model of src/stance/models.py.")], params: ParamsFile = PARAMS) -> None:
    """Fit one model for act, issue and stance, with cross-validated predictions.

    Example: stance train logistic_regression
    """
    rows = files.read_table(TRAIN)
    result = train_model(rows, name=name, params=load_params(params).train, track=_track(f"train {name}"))
    for target, model in result.models.items():
        files.write_model(model, MODELS / name / f"{target}.skops")
    files.write_table(result.out_of_fold, MODELS / name / "out_of_fold.parquet")
    _say("train", f"{name} on {len(rows)} statements")


@app.command()
def evaluate(params: ParamsFile = PARAMS) -> None:
    """Score the models, choose one by cross-validation and store it for use.

    Example: stance evaluate
    """
    settings = load_params(params)
    out_of_fold = {name: files.read_table(MODELS / name / "out_of_fold.parquet") for name in settings.models}
    models = {name: _read_models(MODELS / name) for name in settings.models}
    train_rows, test_rows, coded = (files.read_table(path) for path in (TRAIN, TEST, CODED))
    result = evaluate_models(
        train_rows, test_rows, out_of_fold, models, coded, params=settings.evaluate, training=settings.train, track=_track("evaluate")
    )
    files.write_json(result.metrics, METRICS / "evaluate.json")
    for table in ("scores", "confusion", "calibration", "learning_curve"):
        files.write_csv(getattr(result, table), REPORTS / "evaluate" / f"{table}.csv")
    for target in TARGETS:
        files.write_model(models[result.chosen[target]][target], MODEL / f"{target}.skops")
    files.write_json(result.chosen, MODEL / "chosen.json")
    score = result.metrics["test"]["macro_f1"]
    _say("evaluate", f"{result.chosen['act']}: macro-F1 {score['value']:.2f} ({score['low']:.2f} to {score['high']:.2f}) on {score['n']} test statements")


def _read_models(folder: Path) -> dict[str, Any]:
    return {target: files.read_model(folder / f"{target}.skops", TRUSTED) for target in TARGETS}


def _threshold(folder: Path) -> dict[str, float]:
    return dict(files.read_json(folder / "chosen.json")["threshold"])


@app.command()
def predict(params: ParamsFile = PARAMS) -> None:
    """Classify every statement by act, issue and stance.

    Example: stance predict
    """
    rows = files.read_table(STATEMENTS)
    result = predict_statements(rows, _read_models(MODEL), _threshold(MODEL), params=load_params(params).predict, track=_track("predict"))
    files.write_table(result, PREDICTIONS)
    _say("predict", f"{len(result)} statements classified")


@app.command()
def estimate(params: ParamsFile = PARAMS) -> None:
    """Estimate each side's shares of acts.

    Example: stance estimate
    """
    result = estimate_shares(files.read_table(PREDICTIONS), files.read_table(CODED), params=load_params(params).estimate)
    files.write_csv(result.shares, SHARES)
    files.write_csv(result.flows, FLOWS)
    files.write_table(result.counted, COUNTED)
    _say("estimate", f"shares of {len(result.counted)} statements: {'; '.join(sorted(set(result.shares['method'])))}")


@app.command()
def chart(params: ParamsFile = PARAMS) -> None:
    """Draw the figures, each with its alt text and plotted rows.

    Example: stance chart
    """
    settings = load_params(params).chart
    figures = draw_charts(files.read_shares(SHARES), files.read_flows(FLOWS), files.read_table(DOCUMENTS), gazetteer().places)
    _save_figures(figures, FIGURES, settings.png_scale)
    _say("chart", f"{len(figures)} figures in {FIGURES}")


def _save_figures(figures: list[Figure], folder: Path, png_scale: int) -> None:
    for figure in figures:
        for kind in ("png", "svg"):
            files.write_bytes(figure.render(kind, png_scale), folder / f"{figure.name}.{kind}")
        files.write_text(f"{figure.alt}\n", folder / f"{figure.name}.alt.txt")
        files.write_csv(figure.rows, folder / f"{figure.name}.csv")


@app.command()
def report(params: ParamsFile = PARAMS) -> None:
    """Write the self-contained HTML report.

    Example: stance report
    """
    metrics = {stage: files.read_json(METRICS / f"{stage}.json") for stage in ("ingest", "extract", "label", "evaluate")}
    counted, documents = files.read_table(COUNTED), files.read_table(DOCUMENTS)
    figures, shares, scores = files.read_figures(FIGURES, FIGURE_NAMES), files.read_shares(SHARES), files.read_scores(SCORES)
    page = write_report(figures, shares, counted, documents, metrics, scores, params=load_params(params).report)
    files.write_text(page, REPORTS / "index.html")
    _say("report", f"{len(counted)} statements in {REPORTS / 'index.html'}")


@app.command()
def analyze(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of documents.")],
    out: Annotated[Path, typer.Option(help="Folder for statements, shares, figures and report.")],
    format: Annotated[str, typer.Option(help="What to print: table or json.")] = "table",
    model: Annotated[Path | None, typer.Option(help="Folder of a trained model; by default the one that ships with stance.")] = None,
    params: Annotated[Path | None, typer.Option(help="Parameter file; by default the built-in values.")] = None,
) -> None:
    """Documents in; statements, shares, figures and a report out.

    Example: stance analyze articles/ --out results
    """
    if format not in {"table", "json"}:
        raise refuse(f"--format {format}", "table, json", "--format table")
    if out.exists() and not out.is_dir():
        raise refuse(f"--out {out} is a file", "a folder, which need not exist", "another name")
    settings = load_params(params) if params else Params()
    folder = model or resource("model")
    models, threshold = _read_models(folder), _threshold(folder)
    read = ingest_documents(read_paths(paths, params=settings.ingest), params=settings.ingest)
    files.write_csv(read.set_aside, out / "set_aside.csv")
    for row in read.set_aside.to_dict("records"):
        talk.print(f"set aside: {row['source']}: {row['reason']}", markup=False)
    _need_documents(read, ", ".join(map(str, paths)))
    nlp = load_language(settings.extract.spacy_model)
    result = run_analysis(read.rows, models, threshold, params=settings, nlp=nlp, gazetteer=gazetteer(), track=_track("analyze"))
    _save_analysis(out, result, read, settings)
    _print_shares(result.estimates.shares, format)
    found = f"{len(read.rows)} documents -> {len(result.predictions)} statements ({len(result.estimates.counted)} US or Russian), in {out}"
    _say("analyze", found, _reasons(read) | result.extracted.dropped)


def _save_analysis(out: Path, result: Analysis, read: IngestResult, settings: Params) -> None:
    files.write_lines(result.predictions.to_dict("records"), str(out / "statements.jsonl"))
    files.write_csv(result.predictions, out / "statements.csv")
    files.write_csv(result.estimates.shares, out / "shares.csv")
    files.write_csv(result.estimates.flows, out / "flows.csv")
    figures = draw_charts(result.estimates.shares, result.estimates.flows, read.rows, gazetteer().places)
    _save_figures(figures, out / "figures", settings.chart.png_scale)
    counts = {"ingest": {"documents": len(read.rows), "set_aside": _reasons(read)}, "extract": {"left_out": result.extracted.dropped}}
    drawn = files.read_figures(out / "figures", FIGURE_NAMES)
    page = write_report(drawn, result.estimates.shares, result.estimates.counted, read.rows, counts, params=settings.report)
    files.write_text(page, out / "index.html")


def _print_shares(shares: pd.DataFrame, format: str) -> None:
    """Shares over all issues, as a table for people or as JSON, on stdout."""
    rows = shares[shares["issue"] == ""]
    if format == "json":
        sys.stdout.write(json.dumps(files.round_numbers(rows.drop(columns="issue").to_dict("records")), indent=2) + "\n")
        return
    table = Table(title=f"Share of each side's statements ({rows['method'].iloc[0]})")
    table.add_column("act")
    for side in COMPARED:
        table.add_column(SIDE_NAMES[side], justify="right")
    for act in ACTS:
        cells = [rows[(rows["act"] == act) & (rows["side"] == side)].iloc[0] for side in COMPARED]
        table.add_row(act, *(f"{cell['share']:.0%} ({cell['n']} of {cell['n_statements']})" if cell["n_statements"] else "no statement" for cell in cells))
    Console().print(table)


@app.command()
def classify(
    source: Annotated[str, typer.Argument(metavar="FILE", help="JSON Lines, or - for stdin.")],
    text_field: Annotated[str, typer.Option(help="Field that holds the statement.")] = "text",
    cue_field: Annotated[str, typer.Option(help="Field that holds the reporting verb, if any.")] = "cue",
    out: Annotated[str, typer.Option(help="JSON Lines file to write, or - for stdout.")] = "-",
    model: Annotated[Path | None, typer.Option(help="Folder of a trained model; by default the one that ships with stance.")] = None,
) -> None:
    """Add `act`, `p_*`, `issue` and `stance` to each row.

    Example: stance classify statements.jsonl --text-field text --out classified.jsonl
    """
    folder = model or resource("model")
    rows = list(files.read_jsonl(source))
    bad = [n for n, row in enumerate(rows, 1) if not isinstance(row.get(text_field), str) or not row[text_field].strip()]
    if bad:
        raise refuse(f"no text in field {text_field!r} of rows {listing(bad)}", "a non-empty string in every row", "--text-field, or leave these rows out")
    frame = pd.DataFrame({"text": [row[text_field] for row in rows], "cue": [str(row.get(cue_field) or "") for row in rows]}, dtype=str)
    codes = classify_rows(frame, _read_models(folder), _threshold(folder)).to_dict("records") if rows else []
    files.write_lines([row | code for row, code in zip(rows, codes, strict=True)], out)
    _say("classify", f"{len(rows)} rows")


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """What the United States and Russia warn of, promise and demand."""
    if show:
        typer.echo(__version__)
