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
LINE, MARGIN = 17, 17  # pixels of a line of the note, and beside all words
DPI = 100  # of a PNG at scale 1
FINE = 0.1  # width of an interval (of shares) from which a decimal would be noise
SIDE_COLOURS = {"US": "#0072B2", "RUS": "#D55E00"}
SIDE_TEXT = {"US": "#0072B2", "RUS": "#B84F00"}
SIDE_MARKERS = {"US": "o", "RUS": "D"}
SIDE_LABELS = {"US": "US", "RUS": "Russia"}
INK, QUIET, GRID, GROUND = "#1A1A1A", "#595959", "#DDDDDD", "#FFFFFF"
STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans", "sans-serif"],  # SVGs name both, as phones lack the first
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a "$" in a user's words is one
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
class Size:
    """A size of page: what it adds to a file's name, its width in pixels, and the characters in a line of title, subtitle and note."""

    ending: str
    width: int
    title: int
    subtitle: int
    note: int


WIDE = Size("", 850, 64, 100, 122)
PHONE = Size(".phone", 540, 38, 62, 74)
SIZES = (WIDE, PHONE)


@dataclass(frozen=True)
class Figure:
    """A drawn figure with its words: `rows` are the plotted values, `alt` describes the picture to who can't see it."""

    name: str
    size: Size
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
    """A page with its words written; `top` and `bottom` are the heights in pixels between which the plot is."""

    size: Size
    canvas: Canvas
    title: str
    subtitle: str
    note: str
    top: int
    bottom: int

    def axes(self, left: float, right: float, *, slot: int = 0, of: int = 1, above: int = 6, below: int = 34, foot: int = 0) -> Axes:
        """Axes from `left` to `right` pixels off the page's edges, in one of the slots of equal height, counted from the top.

        `above` and `below` are pixels left free in the slot, `foot` pixels under all slots.
        """
        width, height = self.size.width, self.canvas.get_figheight() * DPI
        each = (self.top - self.bottom - foot) / of
        low, high = self.top - (slot + 1) * each + below, self.top - slot * each - above
        return self.canvas.add_axes((left / width, low / height, 1 - (left + right) / width, (high - low) / height))

    def figure(self, name: str, alt: str, rows: pd.DataFrame) -> Figure:
        """The finished figure: `rows` are what is drawn."""
        return Figure(name, self.size, self.title, self.subtitle, self.note, alt, rows, self.canvas)


def frame(size: Size, plot: int, title: str, subtitle: str, note: str, source: str) -> Frame:
    """A page with title and subtitle at the top, `plot` pixels of height for the plot, and note and source under a thin rule."""
    head, sub = textwrap.wrap(title, size.title), textwrap.wrap(subtitle, size.subtitle)
    lines = [*textwrap.wrap(note, size.note), *textwrap.wrap(source, size.note)]
    below, rule = 20 + 25 * len(head), LINE * len(lines) + 14
    height = below + 19 * len(sub) + 12 + plot + rule
    canvas = Canvas(figsize=(size.width / DPI, height / DPI), dpi=DPI)
    edge = MARGIN / size.width
    canvas.text(edge, 1 - 16 / height, "\n".join(head), fontsize=15, fontweight="bold", va="top", linespacing=1.25)
    canvas.text(edge, 1 - below / height, "\n".join(sub), fontsize=10.5, color=QUIET, va="top", linespacing=1.4)
    ends = [edge, 1 - edge], [rule / height, rule / height]
    canvas.add_artist(mpl.lines.Line2D(*ends, color=GRID, linewidth=0.8, transform=canvas.transFigure))
    canvas.text(edge, (rule - 8) / height, "\n".join(lines), fontsize=8.5, color=QUIET, va="top", linespacing=1.4)
    return Frame(size, canvas, title, subtitle, note, rule + plot, rule)


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
