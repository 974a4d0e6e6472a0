"""How every figure looks: colours, type, frame, title block and source line. Nothing here touches matplotlib's global state."""

import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

FIGURES = ["acts", "difference", "issues", "months", "positions", "conditions", "flows"]  # in the order of the report
LINE, USUAL = 17, 3  # pixels of a line of the note, and lines that every page has room for
WIDTH, DPI = 850, 100  # pixels of the page; PNGs are drawn at twice that
FINE = 0.1  # width of an interval (of shares) from which a decimal would be noise
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


@dataclass(frozen=True)
class Frame:
    """A page with its words written, and the part of it between `bottom` and `top` (fractions) left for the plot."""

    canvas: Canvas
    title: str
    subtitle: str
    note: str
    top: float
    bottom: float

    def axes(self, left: float, width: float, at: float = 0.0, part: float = 1.0, *, above: int = 6) -> Axes:
        """Axes over `width` of the page from `left`; `at` and `part` are fractions of the plot's height, `above` pixels left free on
        top."""
        height = self.canvas.get_figheight() * DPI
        low, high = self.bottom + 34 / height, self.top - above / height
        return self.canvas.add_axes((left, low + at * (high - low), width, part * (high - low)))

    def figure(self, name: str, alt: str, rows: pd.DataFrame) -> Figure:
        """The finished figure: `rows` are what is drawn."""
        return Figure(name, self.title, self.subtitle, self.note, alt, rows, self.canvas)


def frame(height: int, title: str, subtitle: str, note: str, source: str) -> Frame:
    """A page of the fixed width with title and subtitle at the top, note and source under a thin rule at the bottom; of `height` pixels,
    and more where these take more lines than usual."""
    lines = [*textwrap.wrap(note, 128), *textwrap.wrap(source, 128)]
    height += LINE * max(0, len(lines) - USUAL)
    canvas = Canvas(figsize=(WIDTH / DPI, height / DPI), dpi=DPI)
    head, sub = textwrap.wrap(title, 64), textwrap.wrap(subtitle, 100)
    canvas.text(0.02, 1 - 16 / height, "\n".join(head), fontsize=15, fontweight="bold", va="top", linespacing=1.25)
    below = 16 + 25 * len(head) + 4
    canvas.text(0.02, 1 - below / height, "\n".join(sub), fontsize=10.5, color=QUIET, va="top", linespacing=1.4)
    rule = (LINE * len(lines) + 14) / height
    canvas.add_artist(mpl.lines.Line2D([0.02, 0.98], [rule, rule], color=GRID, linewidth=0.8, transform=canvas.transFigure))
    canvas.text(0.02, rule - 8 / height, "\n".join(lines), fontsize=8.5, color=QUIET, va="top", linespacing=1.4)
    return Frame(canvas, title, subtitle, note, 1 - (below + 19 * len(sub) + 12) / height, rule)


def quiet_frame(axes: Axes, along: Literal["x", "y"] = "x") -> None:
    """No box, no tick marks, a light grid across `along`."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    axes.grid(axis=along, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def percent(share: float, width: float = 1.0) -> str:
    """A share as a percentage: whole, or with a decimal where its interval is narrower than FINE; `width` is the interval's."""
    return f"{100 * share:.{int(width < FINE)}f}%"


def points(difference: float, width: float = 1.0) -> str:
    """A difference of shares in percentage points with its sign, as `percent` writes shares."""
    return f"{100 * difference:+.{int(width < FINE)}f} points".replace("-", "−")
