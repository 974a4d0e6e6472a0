"""The commands around codes drawn from a corpus: draw them, give them, read them back, and estimate from files of any classifier."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from stance import files
from stance.actors import gazetteer
from stance.cells import LEAST_CODES, LEAST_EXPECTED, NOT_SHOWN
from stance.chart import chart
from stance.checks import CODES, need
from stance.codebook import ACTS, COMPARED, DIFFERENCE, SIDE_NAMES, SIDES
from stance.codes import OPEN, Codes, read_codes
from stance.console import app, save_figures, say, spare_codes, spare_inputs, spare_others, talk
from stance.design import DOCUMENTS, Design
from stance.errors import listing, refuse
from stance.estimate import READ, corpus_drawn, unshown
from stance.form import fill
from stance.masks import load_recogniser, masked
from stance.params import LEVEL, Chart, Extract
from stance.periods import periods
from stance.sample import codes_needed, half_widths
from stance.sample import sample as draw
from stance.sheets import SEEN, from_label_studio, label_config, sheet, tasks
from stance.tables import conditions_table, positions_table, shares_table


@app.command()
def sample(
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="statements.jsonl of analyze, or predictions.parquet.")],
    documents: Annotated[Path, typer.Argument(metavar="DOCUMENTS", help="documents.parquet of the same run.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the sample.")] = None,
    size: Annotated[int, typer.Option(min=1, help="Statements to draw; with documents, about so many.")] = 600,
    design: Annotated[Literal["statements", "documents"], typer.Option(help="What to draw.")] = "statements",
    period: Annotated[Literal["month", "year", "all"], typer.Option(help="Strata of time.")] = "year",
    floor: Annotated[int, typer.Option(min=1, help="Least number to draw from a stratum.")] = 2,
    seed: Annotated[int, typer.Option(help="Seed of the draw.")] = 20220121,
    hide: Annotated[bool, typer.Option("--masked", help="Hide names of countries and people.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Draw nothing; say how many codes an interval needs.")] = False,
    half_width: Annotated[
        float, typer.Option(min=0.005, max=0.5, help="With --plan: how far an interval may reach from its share.")
    ] = 0.05,
) -> None:
    """Draw statements to code, blind and with known probability, so that shares of the corpus can be estimated.

    Example: stance sample results/statements.jsonl results/documents.parquet --size 600 --out coding
    """
    rows = files.read_predictions(predictions)
    texts = _documents(documents, ["doc_id", "published", "title", "text", "body_start"])
    published = texts.set_index("doc_id")["published"]
    if plan and design == DOCUMENTS:
        raise refuse("--plan with --design documents", "a plan of statements; codes of whole documents count for less", "--plan alone")
    if plan and (out or hide):
        raise refuse("--plan with --out or --masked", "--half-width, --period and --floor beside it, as nothing is drawn", "--plan alone")
    if plan:
        _print_plan(rows, published, half_width, period, floor)
        return
    if out is None:
        raise refuse("no --out", "a folder for the sample", "--out coding, or --plan")
    spare_codes(out / "sheet.csv")
    drawn = draw(rows, published, size=size, by=design, period=period, floor=floor, seed=seed)
    _write_sample(drawn, sheet(drawn, rows, texts), out, hide=hide)
    whole = f" of {drawn['doc_id'].nunique()} documents" if design == DOCUMENTS else ""
    say("sample", f"{len(drawn)} of {len(rows)} statements{whole} in {drawn['stratum'].nunique()} strata to code, in {out}")
    hidden = unshown(rows, drawn)
    if hidden:
        few = "documents" if design == DOCUMENTS else "codes"
        talk.print(f"notice: too few {few} to show the share of {listing(hidden, 8)}; a larger --size may help", markup=False)


def _write_sample(drawn: pd.DataFrame, shown: pd.DataFrame, out: Path, *, hide: bool) -> None:
    """What coders need, and the design; not over that of another sample."""
    before = out / "design.csv"
    if before.is_file() and files.read_csv(before)["statement_id"].tolist() != drawn["statement_id"].tolist():
        raise refuse(f"{out} holds another sample", "a new folder, as codes may hang on that one", "another --out")
    shown = masked(shown, gazetteer(), load_recogniser(Extract().spacy_model)) if hide else shown
    files.write_csv(drawn, out / "design.csv", digits=12)
    files.write_csv(shown, out / "sheet.csv")
    files.write_json(tasks(shown), out / "tasks.json")
    files.write_text(label_config(), out / "label_config.xml")


def _print_plan(rows: pd.DataFrame, published: pd.Series, half_width: float, period: str, floor: int) -> None:
    needed = codes_needed(rows, published, half_width=half_width, period=period, floor=floor, level=LEVEL)
    widths = half_widths(rows, published, size=needed, period=period, floor=floor, level=LEVEL)
    least = f"A share needs {LEAST_CODES} codes of its side, {LEAST_EXPECTED} of them expected to be of its act, to be shown."
    table = Table(caption=f"If the classifier's probabilities are right; code some more. {least}", caption_justify="left")
    for column in ("side", "act", "share", "interval"):
        table.add_column(column)
    for row in widths.to_dict("records"):
        table.add_row(row["side"], row["act"], f"{row['share']:.0%}", f"± {100 * row['half_width']:.1f} points")
    Console().print(table)
    say("sample", f"{needed} codes bring every act of both sides within ± {100 * half_width:g} points ({LEVEL:.0%} intervals)")


@app.command()
def code(
    path: Annotated[Path, typer.Argument(metavar="SHEET", help="sheet.csv of stance sample; codes are written into it.")],
) -> None:
    """Code a sheet in the terminal, a statement at a time. `q` stops; what is coded is saved and not asked again.

    Example: stance code coding/sheet.csv
    """
    rows = files.read_csv(path)
    need(rows, [*SEEN, *CODES], str(path), "sheet.csv of stance sample")
    done = fill(rows, ask=lambda prompt: talk.input(prompt, markup=False, emoji=False), save=lambda rows: files.write_csv(rows, path))
    say("code", f"{(done['act'] != '').sum()} of {len(done)} statements coded, in {path}")


def read_back(codes: list[Path], design: Path, out: Path, adjudicated: list[Path]) -> None:
    """Coded sheets and Label Studio exports to labels; disagreements, refused ids and agreement go to files beside `out`."""
    beside = {name: out.with_name(f"{out.stem}.{name}") for name in ("disagreements.csv", "refused.csv", "agreement.json")}
    for path in (out, *beside.values()):
        spare_inputs(path, *codes, design, *adjudicated)
    names = [path.stem for path in codes] if len({path.stem for path in codes}) == len(codes) else [str(path) for path in codes]
    coded = pd.concat([_coded(path, name) for path, name in zip(codes, names, strict=True)], ignore_index=True)
    decided = pd.concat([files.read_csv(path) for path in adjudicated], ignore_index=True) if adjudicated else None
    result = read_codes(files.read_csv(design), coded, decided)
    files.write_csv(result.labels, out)
    files.write_csv(result.disagreements, beside["disagreements.csv"])
    files.write_csv(result.refused, beside["refused.csv"])
    files.write_json(result.agreement, beside["agreement.json"])
    open_ones = int((result.labels["act"] == "").sum())
    say("label", f"{len(result.labels) - open_ones} of {len(result.labels)} statements settled, in {out}{_alpha(result)}")
    if len(result.disagreements):
        differ = result.disagreements["statement_id"].nunique()
        say(
            "label",
            f"coders differ on {differ}: copy {beside['disagreements.csv']}, keep the deciding row of each, and give it as --adjudicated",
        )
    for name, bare in _partly_coded(result.labels[result.labels["act"] != ""]):
        say("label", f"{len(bare)} settled statements have no {name}, and shares by {name} need it of all: {listing(bare)}")
    if len(result.refused):
        named = "; ".join(f"{why}: {listing(rows['statement_id'])}" for why, rows in result.refused.groupby("reason"))
        raise refuse(named, "each statement of the sample once by each coder", f"{beside['refused.csv']}; the other codes are in {out}")


def _partly_coded(labels: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Of issue and stance those that some labels have and others lack, with the ids of the latter."""
    for name in ("issue", "stance"):
        bare = labels[name] == "" if name in labels else pd.Series(dtype=bool)
        if bare.any() and not bare.all():
            yield name, labels.loc[bare, "statement_id"]


def _alpha(result: Codes) -> str:
    found = result.agreement.get("alpha", {}).get("overall", {})
    if found.get("value") is None:
        return ""
    return f"; alpha {found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f}) on {result.agreement['n']} coded by several"


def _coded(path: Path, coder: str) -> pd.DataFrame:
    """A file of codes; a sheet without a column `coder` is by `coder`."""
    if path.suffix.lower() == ".json":
        return from_label_studio(files.read_json(path), str(path))
    rows = files.read_csv(path)
    rows = rows if "coder" in rows else rows.assign(coder=coder)
    missing = [name for name in OPEN if name not in rows]
    if missing:
        raise refuse(
            f"{path} lacks columns {listing(missing)}", listing([*OPEN[:1], *CODES]), "a sheet of stance sample, or a Label Studio export"
        )
    return rows[OPEN]


def estimate_files(
    predictions: Path, labels: Path, out: Path, design: str | None, documents: Path | None, figures: Path | None, about: str
) -> None:
    """Corrected shares from files of any classifier; `documents` date the statements and name the sources, `figures` is a folder, and
    `about` says there what the texts are."""
    beside = {name: out.with_stem(f"{out.stem}.{name}") for name in ("positions", "conditions")}
    for path in (out, *beside.values()):
        spare_inputs(path, predictions, labels, documents)
    if figures:
        spare_others(figures, out)
    counted, coded = _table(predictions), _table(labels)
    need(counted, READ, "predictions", "the predictions of stance analyze")
    texts = counted[["doc_id"]].drop_duplicates().assign(published="", outlet=predictions.name)
    if documents:
        texts = _documents(documents, ["doc_id", "published", "outlet"])
        counted["period"] = _dated(counted["doc_id"], texts, documents)
    corpus = corpus_drawn(counted, coded, design=design, level=LEVEL)
    for name, bare in _partly_coded(coded):
        talk.print(f"notice: no {name} in {len(bare)} labels ({listing(bare)}); shares by {name} are left out", markup=False)
    rows = shares_table(corpus, LEVEL)
    _notice_weights(corpus.design, len(corpus.statements))
    _notice_sides(counted["side"])
    positions = positions_table(corpus, LEVEL)
    conditions = conditions_table(corpus, LEVEL) if "conditional" in counted else None
    files.write_rows(rows, out)
    for name, table in (("positions", positions), ("conditions", conditions)):
        if table is not None and table["low"].notna().any():
            files.write_rows(table, beside[name])
    if figures:
        texts = texts[texts["doc_id"].isin(corpus.statements["doc_id"])]
        save_figures(chart(rows, positions, conditions, None, texts, {}, about), figures, Chart().png_scale)
    _print_estimates(rows)
    hidden = int(rows["method"].eq(NOT_SHOWN).sum())
    say("estimate", f"{len(rows) - hidden} shares of {rows['target'].iloc[0]}, {hidden} not shown for want of codes, in {out}")


def _print_estimates(rows: pd.DataFrame) -> None:
    """Shares over all issues and periods with their intervals, as a table for people on stdout."""
    over_all = rows[(rows["issue"] == "") & (rows["period"] == "")].set_index(["act", "side"])
    table = Table(caption=f"{LEVEL:.0%} intervals for {rows['target'].iloc[0]}, %", caption_justify="left")
    table.add_column("act")
    for side in [*COMPARED, DIFFERENCE]:
        table.add_column(SIDE_NAMES.get(side, side), justify="right")
    for act in ACTS:
        table.add_row(act, *(_cell(over_all.loc[(act, side)], points=side == DIFFERENCE) for side in [*COMPARED, DIFFERENCE]))
    Console().print(table)


def _cell(row: pd.Series, *, points: bool) -> str:
    if pd.isna(row["share"]):
        return "too few codes"
    sign = "+" if points else ""
    share, low, high = (format(100 * row[name], f"{sign}.1f") for name in ("share", "low", "high"))
    return f"{share} ({low} to {high})"


def _documents(path: Path, columns: list[str]) -> pd.DataFrame:
    """A table of documents with `columns`, each document once."""
    rows = files.read_rows(path)
    need(rows, columns, str(path), "documents.parquet of the same run")
    texts = [name for name in columns if name != "body_start"]
    rows[texts] = rows[texts].fillna("").astype(str)
    twice = rows.loc[rows["doc_id"].duplicated(), "doc_id"].unique()
    if len(twice):
        raise refuse(f"{path} holds documents {listing(twice)} more than once", "one row per doc_id", "remove the copies")
    return rows


def _table(path: Path) -> pd.DataFrame:
    """A file of predictions or labels: numbers stay numbers, ids and codes are text. Columns of an earlier join are left out."""
    rows = files.read_rows(path)
    rows = rows[[name for name in rows if not name.endswith("_predicted")]]
    numeric = [name for name in rows if name.startswith("p_") or (name == "pi" and pd.api.types.is_numeric_dtype(rows[name]))]
    texts = rows.drop(columns=numeric).fillna("").astype(str)
    flags = {"conditional": _flag(texts["conditional"])} if "conditional" in texts else {}
    return texts.assign(**{name: rows[name] for name in numeric}, **flags)


def _flag(cells: pd.Series) -> pd.Series:
    values = cells.str.lower().map({"true": True, "1": True, "false": False, "0": False})
    if values.isna().any():
        raise refuse(f"column conditional holds {listing(map(repr, cells[values.isna()].unique()))}", "true, false", "docs/data-format.md")
    return values.astype(bool)


def _dated(doc_ids: pd.Series, texts: pd.DataFrame, path: Path) -> pd.Series:
    """The month of each statement by its document; says how many have none."""
    if not doc_ids.isin(texts["doc_id"]).any():
        raise refuse(f"{path} holds none of the documents of the predictions", "their doc_id", "the documents of the same run")
    months = periods(doc_ids, texts.set_index("doc_id")["published"], "month")
    without = int((months == "").sum())
    if without:
        lacking = doc_ids[~doc_ids.isin(texts["doc_id"])].nunique()
        told = f"; it lacks {lacking:,} of their documents" if lacking else ""
        talk.print(f"notice: {without:,} statements have no month in {path}{told}", markup=False)
    return months


def _notice_weights(drawn: Design | None, n: int) -> None:
    """Says how the draw was read, and when its probabilities do not fit the `n` statements of the corpus."""
    if drawn is None:
        return
    talk.print(f"notice: codes taken as a draw of {drawn.by} in {len(set(drawn.stratum))} strata; --design says otherwise", markup=False)
    stood_for = float(drawn.weight.sum())
    if not 2 / 3 < stood_for / n < 3 / 2:
        talk.print(f"notice: by their pi the codes stand for {stood_for:,.0f} statements, the predictions hold {n:,}", markup=False)


def _notice_sides(sides: pd.Series) -> None:
    """Says which sides are left aside, as "USA" is no code."""
    aside = sides[~sides.isin([*SIDES, ""])].value_counts()
    if len(aside):
        named = listing(f"{side} ({n:,})" for side, n in aside.items())
        talk.print(f"notice: statements of {named} are left aside; {' and '.join(COMPARED)} are compared", markup=False)
