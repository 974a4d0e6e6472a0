"""How every figure looks: colours, type, frame, title block and source line. Nothing here touches matplotlib's global state."""

import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

FIGURES = ["acts", "issues", "flows"]  # in the order of the report
WIDTH, HEIGHT, DPI = 850, 638, 100  # pixels of the page; PNGs are drawn at twice that
SIDE_COLOURS = {"US": "#0072B2", "RUS": "#D55E00"}
SIDE_TEXT = {"US": "#0072B2", "RUS": "#B84F00"}
SIDE_MARKERS = {"US": "o", "RUS": "D"}
SIDE_LABELS = {"US": "US", "RUS": "Russia"}
INK, QUIET, GRID, GROUND = "#1A1A1A", "#595959", "#DDDDDD", "#FFFFFF"
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.facecolor": GROUND,
    "figure.facecolor": GROUND,
    "xtick.color": QUIET,
    "ytick.color": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "stance",
    "path.simplify": False,
}


@dataclass(frozen=True)
class Figure:
    """A drawn figure with its words: `rows` are the plotted values, `alt` describes the picture to who can't see it."""

    name: str
    title: str
    subtitle: str
    note: str
    alt: str
    rows: pd.DataFrame
    canvas: Canvas

    def render(self, kind: str, png_scale: int = 2) -> bytes:
        """The picture as "png" or "svg". It carries no date, so that changed bytes are a changed picture."""
        page = io.BytesIO()
        with style():
            metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
            self.canvas.savefig(page, format=kind, dpi=png_scale * DPI if kind == "png" else DPI, metadata=metadata)
        return page.getvalue()


@contextmanager
def style() -> Iterator[None]:
    """The rc settings of all figures, for the length of a block."""
    with mpl.rc_context(STYLE):
        yield


def new_canvas(height: int = HEIGHT) -> Canvas:
    """An empty page of the fixed width; `height` in pixels."""
    return Canvas(figsize=(WIDTH / DPI, height / DPI), dpi=DPI)


def title_block(canvas: Canvas, title: str, subtitle: str) -> float:
    """Writes title and subtitle at the top left; returns the page fraction below which the plot may begin."""
    height = canvas.get_figheight() * DPI
    head = textwrap.wrap(title, 68)
    sub = textwrap.wrap(subtitle, 100)
    canvas.text(0.02, 1 - 16 / height, "\n".join(head), fontsize=15, fontweight="bold", va="top", linespacing=1.25)
    below = 16 + 25 * len(head) + 4
    canvas.text(0.02, 1 - below / height, "\n".join(sub), fontsize=10.5, color=QUIET, va="top", linespacing=1.4)
    return 1 - (below + 19 * len(sub) + 12) / height


def source_block(canvas: Canvas, note: str, source: str) -> float:
    """Writes note and source line at the bottom under a thin rule; returns the page fraction above which the plot may end."""
    height = canvas.get_figheight() * DPI
    lines = [*textwrap.wrap(note, 128), *textwrap.wrap(source, 128)]
    top = (14 * len(lines) + 18) / height
    canvas.add_artist(mpl.lines.Line2D([0.02, 0.98], [top, top], color=GRID, linewidth=0.8, transform=canvas.transFigure))
    canvas.text(0.02, top - 8 / height, "\n".join(lines), fontsize=8.5, color=QUIET, va="top", linespacing=1.4)
    return top


def quiet_frame(axes: Axes) -> None:
    """No box, no tick marks, light vertical grid."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return f"{100 * share:.0f}%"
