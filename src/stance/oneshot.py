"""The commands for people with files: documents or statements in, results out, without the pipeline's folders."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stance import files
from stance.actors import gazetteer
from stance.analyze import Analysis
from stance.analyze import analyze as run_analysis
from stance.attribution.brat import read_folder
from stance.attribution.grammar import Parser
from stance.attribution.model import find, packed
from stance.attribution.reader import load_reader
from stance.attribution.scoring import agreement
from stance.attribution.training import sample
from stance.attribution.training import train as learn_attribution
from stance.chart import chart as draw_charts
from stance.codebook import ACTS, COMPARED, SIDE_NAMES
from stance.console import (
    app,
    need_documents,
    read_classifier,
    read_figures,
    reasons,
    save_figures,
    say,
    spare_documents,
    spare_inputs,
    talk,
    tell_unread,
    track,
)
from stance.context import context
from stance.drift import warnings
from stance.errors import listing, refuse
from stance.explain import explain as explain_text
from stance.ingest import IngestResult
from stance.ingest import ingest as ingest_documents
from stance.language import load_language
from stance.models import TARGETS
from stance.params import Extract, Params, load_params
from stance.predict import classify as classify_rows
from stance.readers import read_paths
from stance.report import report as write_report
from stance.resources import resource

ModelFolder = Annotated[Path | None, typer.Option(help="Folder of a trained model; by default the one that ships with stance.")]
BATCH = Params().predict.batch
Fast = Annotated[bool, typer.Option("--fast", help="Use the classifier that reads words alone.")]


@app.command()
def analyze(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of documents.")],
    out: Annotated[Path, typer.Option(help="Folder for statements, shares, figures and report.")],
    format: Annotated[str, typer.Option(help="What to print: table or json.")] = "table",
    model: ModelFolder = None,
    fast: Fast = False,
    params: Annotated[Path | None, typer.Option(help="Parameter file; by default the built-in values.")] = None,
) -> None:
    """Documents in; statements, shares, figures and a report out.

    Example: stance analyze articles/ --out results
    """
    if format not in {"table", "json"}:
        raise refuse(f"--format {format}", "table, json", "--format table")
    if out.exists() and not out.is_dir():
        raise refuse(f"--out {out} is a file", "a folder, which need not exist", "another name")
    spare_documents(out, paths)
    settings = load_params(params) if params else Params()
    classifier = read_classifier(model or resource("model"), fast=fast, spacy_model=settings.extract.spacy_model)
    read = ingest_documents(read_paths(paths, params=settings.ingest), params=settings.ingest)
    files.write_csv(read.set_aside, out / "set_aside.csv")
    files.write_csv(read.notices, out / "notices.csv")
    tell_unread(read)
    need_documents(read, ", ".join(map(str, paths)))
    reader = load_reader(settings.extract.spacy_model, settings.extract.weights)
    result = run_analysis(read.rows, classifier, params=settings, reader=reader, gazetteer=gazetteer(), track=track("analyze"))
    _save_analysis(out, result, read, settings)
    _print_shares(result.estimates.shares, format)
    for line in warnings(result.drift):
        talk.print(f"notice: {line}", markup=False)
    found = f"{len(read.rows)} documents -> {len(result.predictions)} statements ({len(result.estimates.counted)} US or Russian), in {out}"
    say("analyze", found, reasons(read) | result.extracted.dropped)


def _save_analysis(out: Path, result: Analysis, read: IngestResult, settings: Params) -> None:
    files.write_lines(files.round_numbers(result.predictions.to_dict("records")), str(out / "statements.jsonl"))
    files.write_csv(result.predictions, out / "statements.csv")
    files.write_table(read.rows, out / "documents.parquet")
    found = result.estimates
    for name in ("shares", "positions", "conditions", "flows"):
        files.write_csv(getattr(found, name), out / f"{name}.csv")
    figures = draw_charts(found.shares, found.positions, found.conditions, found.flows, read.rows, gazetteer().places, settings.chart.about)
    save_figures(figures, out / "figures", settings.chart.png_scale)
    counts = {
        "ingest": {"documents": len(read.rows), "set_aside": reasons(read)},
        "extract": {"left_out": result.extracted.dropped},
        "predict": {"drift": result.drift},
    }
    drawn = read_figures(out / "figures")
    page = write_report(drawn, found.shares, found.counted, read.rows, counts, params=settings.report)
    files.write_text(page, out / "index.html")


def _print_shares(shares: pd.DataFrame, format: str) -> None:
    """Shares over all issues, as a table for people or as JSON, on stdout."""
    rows = shares[(shares["issue"] == "") & (shares["period"] == "") & shares["side"].isin(COMPARED)]
    if format == "json":
        sys.stdout.write(json.dumps(files.round_numbers(rows.drop(columns="issue").to_dict("records")), indent=2) + "\n")
        return
    table = Table(caption=rows["method"].iloc[0], caption_justify="left")
    table.add_column("act")
    for side in COMPARED:
        table.add_column(SIDE_NAMES[side], justify="right")
    for act in ACTS:
        cells = [rows[(rows["act"] == act) & (rows["side"] == side)].iloc[0] for side in COMPARED]
        table.add_row(
            act,
            *(f"{cell['share']:.0%} ({cell['n']} of {cell['n_statements']})" if cell["n_statements"] else "no statement" for cell in cells),
        )
    Console().print(table)


@app.command()
def classify(
    source: Annotated[str, typer.Argument(metavar="FILE", help="JSON Lines, or - for stdin.")],
    text_field: Annotated[str, typer.Option(help="Field that holds the statement.")] = "text",
    cue_field: Annotated[str, typer.Option(help="Field that holds the reporting verb, if any.")] = "cue",
    side_field: Annotated[str, typer.Option(help="Field that holds the side (US, RUS), if any; prediction sets cover by side.")] = "side",
    title_field: Annotated[str, typer.Option(help="Field that holds the title of its document, if any.")] = "title",
    before_field: Annotated[str, typer.Option(help="Field that holds the text before the statement, if any.")] = "before",
    out: Annotated[str, typer.Option(help="JSON Lines file to write, or - for stdout.")] = "-",
    model: ModelFolder = None,
    fast: Fast = False,
) -> None:
    """Add `act`, `p_*`, `prediction_set`, `issue` and `stance` to each row.

    Example: stance classify statements.jsonl --text-field text --out classified.jsonl
    """
    spare_inputs(out, source)
    fields = {"text": text_field, "cue": cue_field, "side": side_field, "title": title_field, "before": before_field}
    rows = _statements(source, fields)
    frame = pd.DataFrame({name: [str(row.get(field) or "") for row in rows] for name, field in fields.items()}, dtype=str)
    frame["context"] = [context(title, before) for title, before in zip(frame["title"], frame["before"], strict=True)]
    classifier = read_classifier(model or resource("model"), fast=fast)
    parts = [classify_rows(frame.iloc[n : n + BATCH], classifier) for n in track("classify")(range(0, len(rows), BATCH))]
    codes = pd.concat(parts).to_dict("records") if parts else []
    files.write_lines([row | files.round_numbers(code) for row, code in zip(rows, codes, strict=True)], out)
    replaced = sorted({name for row in rows for name in row}.intersection(codes[0] if codes else ()))
    if replaced:
        talk.print(f"notice: fields {listing(replaced)} of the rows are the classifier's now", markup=False)
    say("classify", f"{len(rows)} rows with {classifier.name}")


def _statements(source: str, fields: dict[str, str]) -> list[dict[str, Any]]:
    """The rows of a file, each with a text; `fields` name what they hold."""
    rows = list(files.read_jsonl(source))
    absent = [
        field for name, field in fields.items() if (field != name or name == "text") and rows and not any(field in row for row in rows)
    ]
    if absent:
        raise refuse(f"no row has a field {listing(map(repr, absent))}", listing(sorted(rows[0]), 20), "the names of the fields")
    text = fields["text"]
    bad = [n for n, row in enumerate(rows, 1) if not isinstance(row.get(text), str) or not row[text].strip()]
    if bad:
        raise refuse(f"no text in field {text!r} of rows {listing(bad)}", "a non-empty string in every row", "leaving these rows out")
    return rows


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="A statement.")],
    cue: Annotated[str, typer.Option(help="The verb that reports it, if any.")] = "",
    target: Annotated[str, typer.Option(help="What to explain: act, issue or stance.")] = "act",
    most: Annotated[int, typer.Option(min=1, help="Features to show.")] = 12,
    model: ModelFolder = None,
    fast: Fast = False,
) -> None:
    """Show which features spoke for a statement's code: the fall of its log-odds without each.

    Example: stance explain "If they cross the river, we will respond."
    """
    if target not in TARGETS:
        raise refuse(f"--target {target}", listing(TARGETS), "--target act")
    if not text.strip():
        raise refuse("no statement", "some words", 'stance explain "We will respond."')
    classifier = read_classifier(model or resource("model"), fast=fast)
    found = explain_text(text, cue, classifier, target).head(most)
    table = Table(title=f"{target}: {found['code'].iloc[0]}", title_justify="left", caption=classifier.name, caption_justify="left")
    table.add_column("feature")
    table.add_column("kind")
    table.add_column("weight", justify="right")
    for row in found.to_dict("records"):
        table.add_row(escape(row["feature"]), row["kind"], f"{row['weight']:+.2f}")
    Console().print(table)


@app.command()
def train_attribution(
    texts: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of NAME.txt and NAME.ann, brat events of Source, Cue, Content.")],
    out: Annotated[Path, typer.Option(help="File of weights to write (.npz).")],
    held_out: Annotated[Path | None, typer.Option(help="Folder like DIR, to score the weights on.")] = None,
    scores: Annotated[Path | None, typer.Option(help="JSON file for these scores.")] = None,
    spacy_model: Annotated[str, typer.Option(help="Installed spaCy pipeline.")] = Extract().spacy_model,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> None:
    """Learn attribution from texts marked in brat; `extract.weights` names the file to use.

    Example: stance train-attribution marked/train --held-out marked/dev --out weights.npz
    """
    if scores and not held_out:
        raise refuse(f"--scores {scores} without --held-out", "the two together", "--held-out marked/dev")
    parser = Parser(load_language(spacy_model))
    samples = [sample(marked, parser) for marked in track("read")(list(read_folder(texts)))]
    weights = learn_attribution(samples, jobs=jobs, track=track("train"))
    files.write_bytes(packed(weights), out)
    say("train-attribution", f"{len(samples)} texts, {sum(len(s.gold) for s in samples)} attributions -> {out}")
    if held_out:
        unseen = [sample(marked, parser) for marked in read_folder(held_out)]
        found = agreement((s.grammar, s.gold, find(s.grammar, weights)) for s in unseen)
        result = {"texts": len(unseen), **{name: a.row() for name, a in found.items()}}
        say("held out", f"attribution F1 {found['attribution'].f1:.3f}, full F1 {found['full'].f1:.3f} on {len(unseen)} texts")
        if scores:
            files.write_json(result, scores)
