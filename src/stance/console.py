"""What all commands share: the app, how it talks, and the loading and saving that several need."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import typer
from rich.console import Console
from rich.progress import track as rich_track
from typer.core import TyperGroup

from stance import files
from stance.attribution.grammar import Parser
from stance.errors import StanceError, refuse
from stance.figstyle import FIGURES, PHONE, SIZES, WIDE, Figure
from stance.ingest import IngestResult
from stance.language import load_language
from stance.models import BEST, FAST, READS_CLAUSES, READS_VECTORS, TARGETS, TRUSTED
from stance.params import Extract, Params
from stance.predict import Classifier
from stance.vectors import Encoder, fingerprint, installed, load_encoder

TOLD = 20  # lines about what was not read
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


def track(what: str) -> Callable[[Iterable[Any]], Iterable[Any]]:
    """Shows a progress bar, but not when stderr is piped."""
    return lambda items: rich_track(items, description=what, console=talk, transient=True) if talk.is_terminal else items


def say(stage: str, line: str, dropped: dict[str, int] | None = None) -> None:
    lost = f"; left out {sum(dropped.values())} ({', '.join(f'{why}: {n}' for why, n in dropped.items())})" if dropped else ""
    talk.print(f"{stage}: {line}{lost}", markup=False)


def reasons(result: IngestResult) -> dict[str, int]:
    return {str(why): int(n) for why, n in result.set_aside["reason"].value_counts().sort_index().items()}


def tell_unread(result: IngestResult) -> None:
    """What was set aside, and what was read with a doubt: a line each, at most TOLD of both kinds."""
    for what, rows in (("set aside", result.set_aside), ("notice", result.notices)):
        for row in rows.head(TOLD).to_dict("records"):
            detail = f" ({row['detail']})" if row["detail"] else ""
            talk.print(f"{what}: {row['source']}: {row['reason']}{detail}", markup=False)
        if len(rows) > TOLD:
            talk.print(f"{what}: {len(rows) - TOLD:,} more, in the table of all", markup=False)


def need_documents(result: IngestResult, where: str) -> None:
    if result.rows.empty:
        raise refuse(
            f"no readable document in {where}",
            "txt, md, html, pdf, jsonl, csv, parquet with text",
            "the reasons listed above",
        )


def read_models(folder: Path, targets: Iterable[str] = TARGETS) -> dict[str, Any]:
    return {target: files.read_model(folder / f"{target}.skops", TRUSTED) for target in targets}


def read_classifier(folder: Path, *, fast: bool = False, spacy_model: str = Extract().spacy_model) -> Classifier:
    """The best classifier in `folder`, or the one that reads words alone: if asked for, or where the sentence encoder is not installed."""
    chosen = files.read_json(folder / "chosen.json")
    if not fast and not installed() and READS_VECTORS.intersection(chosen[BEST][target] for target in TARGETS):
        talk.print("notice: stance[vectors] is not installed; the classifier that reads words alone is used", markup=False)
        fast = True
    use = FAST if fast else BEST
    names = chosen[use]
    recipes = {target: names[target] for target in TARGETS}
    reads_vectors = READS_VECTORS.intersection(recipes.values())
    if reads_vectors and chosen.get("fingerprint", "") != fingerprint(chosen["encoder"]):
        came = f"the model in {folder} was trained with another sentence encoder"
        raise refuse(came, "one trained with that of this version", "stance retrain with your codes, or --fast")
    encoder = load_encoder(chosen["encoder"]) if reads_vectors else None
    parser = Parser(load_language(spacy_model)) if READS_CLAUSES.intersection(recipes.values()) else None
    return Classifier(recipes, read_models(folder / use), names["thresholds"], names["reference"], parser, encoder)


def load_describers(settings: Params) -> tuple[Parser, Encoder]:
    """What turns the words of coded statements into features."""
    return Parser(load_language(settings.extract.spacy_model)), load_encoder(settings.featurize.encoder)


def save_classifier(models: dict[str, dict[str, Any]], chosen: dict[str, Any], folder: Path) -> None:
    for use, by_target in models.items():
        for target, model in by_target.items():
            files.write_model(model, folder / use / f"{target}.skops")
    files.write_json(chosen | {"fingerprint": fingerprint(chosen["encoder"])}, folder / "chosen.json")


def save_figures(figures: list[Figure], folder: Path, png_scale: int) -> None:
    """Each figure as PNG and SVG, with its alt text and plotted rows; figures of an earlier run that are not drawn now are removed."""
    for name in set(FIGURES) - {figure.name for figure in figures}:
        if not (folder / f"{name}.alt.txt").exists():
            continue  # a user's file of that name
        for ending in (".alt.txt", ".csv", *(f"{size.ending}{kind}" for size in SIZES for kind in (".png", ".svg"))):
            (folder / f"{name}{ending}").unlink(missing_ok=True)
    for figure in figures:
        for kind in ("png", "svg"):
            files.write_bytes(figure.render(kind, png_scale), folder / f"{figure.name}{figure.size.ending}.{kind}")
        if figure.size == WIDE:  # the others say the same
            files.write_text(f"{figure.alt}\n", folder / f"{figure.name}.alt.txt")
            files.write_csv(figure.rows, folder / f"{figure.name}.csv", digits=6)


def read_figures(folder: Path) -> list[dict[str, str]]:
    """`name`, `alt`, `svg` and `phone`, the narrow SVG, of the figures that `save_figures` wrote to `folder`, in their order."""
    kinds = {"alt": ".alt.txt", "svg": f"{WIDE.ending}.svg", "phone": f"{PHONE.ending}.svg"}
    there = [name for name in FIGURES if all((folder / f"{name}{ending}").is_file() for ending in kinds.values())]
    return [
        {"name": name} | {kind: (folder / f"{name}{ending}").read_text(encoding="utf-8").strip() for kind, ending in kinds.items()}
        for name in there
    ]


def spare_inputs(out: Path | str, *inputs: Path | str | None) -> None:
    """Raises StanceError where `out` is one of the files that a command reads, as far as they are given."""
    if str(out) != "-" and Path(out).resolve() in {Path(path).resolve() for path in inputs if path and str(path) != "-"}:
        raise refuse(f"{out} would be written and is a file that is read", "another file", "another name")


def spare_documents(out: Path, paths: list[Path]) -> None:
    """Raises StanceError where the folder `out` and the documents lie one in the other: results would be read, or documents lost."""
    around = next((path for path in paths if path.is_dir() and out.resolve().is_relative_to(path.resolve())), None)
    if around:
        raise refuse(f"--out {out} lies in {around}, whose files are read as documents", "a folder outside of it", "--out ../results")
    inside = next((path for path in paths if path.resolve().is_relative_to(out.resolve())), None)
    if inside:
        raise refuse(f"--out {out} holds {inside}, which is read", "a folder without documents", "--out results")


def spare_others(figures: Path, out: Path) -> None:
    """Raises StanceError where the folder `figures` is a file, or drawing there would take the place of a table that is no figure's."""
    if figures.exists() and not figures.is_dir():
        raise refuse(f"--figures {figures} is a file", "a folder", "--figures figures")
    for name in FIGURES:
        table = figures / f"{name}.csv"
        if table.resolve() == out.resolve() or (table.exists() and not (figures / f"{name}.alt.txt").exists()):
            raise refuse(f"{table} would be written and is no figure's", "a new folder, or one of figures alone", "--figures figures")


def spare_codes(sheet: Path) -> None:
    """Raises StanceError where a new `sheet` would take the place of one with codes in it."""
    if sheet.is_file() and files.read_csv(sheet).get("act", pd.Series(dtype=str)).ne("").any():
        raise refuse(f"{sheet} holds codes", "a sheet that is new or not begun", "another --out, or moving the coded sheet away")
