"""How rows become marks: paired dots with nested intervals, bands over time, bubbles. Each takes axes and rows, and draws nothing
else."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from stance.cells import CORRECTED, NOT_SHOWN
from stance.codebook import ACTS, COMPARED, DIFFERENCE
from stance.figstyle import GROUND, INK, QUIET, SIDE_COLOURS, SIDE_LABELS, SIDE_MARKERS, SIDE_TEXT, percent, points, quiet_frame

OFFSET = {"US": -0.17, "RUS": 0.17, DIFFERENCE: 0.0}
DODGE = {"US": -0.03, "RUS": 0.03}  # months
FAINT = 0.35


Write = Callable[[dict[str, Any]], str]


def dots(axes: Axes, rows: pd.DataFrame, order: list[str], key: str, names: list[str], write: Write, *, few: bool = False) -> None:
    """A row per value of `key`, a dot per side: thin line the interval, thick line the 50 % interval, hollow where there is none, words
    where there are too few codes; `write` gives the label. With `few` letters, dots of no statement are faint and have no label."""
    quiet_frame(axes)
    for value, hidden in rows[rows["method"] == NOT_SHOWN].groupby(key):
        alone = hidden["side"].iloc[0] if len(hidden) == 1 else DIFFERENCE
        who = f"{SIDE_LABELS[alone]}: " if alone != DIFFERENCE else ""
        why = "too few codes" if hidden["n_statements"].any() else "no statement"
        _beside(axes, f"{who}{why}", (0, order.index(value) + OFFSET[alone]), 7, QUIET, 8.0)
    for row in rows[rows["share"].notna()].to_dict("records"):
        y, colour = order.index(row[key]) + OFFSET[row["side"]], SIDE_COLOURS.get(row["side"], INK)
        known, faint = not np.isnan(row["low"]), FAINT if few and row["n"] == 0 else 1
        for low, high, width in (("low", "high", 1.4), ("low_50", "high_50", 4.0)) if known else ():
            axes.plot([100 * row[low], 100 * row[high]], [y, y], color=colour, linewidth=width, solid_capstyle="butt", alpha=faint)
        face = colour if known else "white"
        mark = SIDE_MARKERS.get(row["side"], "s")
        axes.plot([100 * row["share"]], [y], mark, color=colour, markerfacecolor=face, markersize=6, alpha=faint, clip_on=False)
        if row["n"] or not few:
            left = row["side"] == DIFFERENCE and row["share"] < 0  # away from the line at 0
            end = 100 * (row["low" if left else "high"] if known else row["share"])
            _beside(axes, write(row), (end, y), -7 if left else 7, SIDE_TEXT.get(row["side"], INK), 8.5 if few else 9.5)
    axes.set_ylim(len(order) - 0.45, -0.55)
    axes.set_yticks(range(len(order)), names)
    axes.tick_params(axis="y", pad=10)


def _beside(axes: Axes, words: str, place: tuple[float, float], away: int, colour: str, size: float) -> None:
    """Words `away` points to the right of a place, or to the left, on a ground that covers lines of the grid."""
    axes.annotate(
        words,
        place,
        xytext=(away, 0),
        textcoords="offset points",
        ha="left" if away > 0 else "right",
        va="center",
        fontsize=size,
        color=colour,
        annotation_clip=False,
        bbox={"facecolor": GROUND, "edgecolor": "none", "pad": 0.5, "alpha": 0.85},
    )


def label_of(row: dict[str, Any]) -> str:
    """What stands beside a dot: side, value, and of how many statements it is."""
    size = f"n {row['n_statements']:,}" + (f", {row['n_labelled']:,} coded" if 0 < row["n_labelled"] < row["n_statements"] else "")
    return f"{SIDE_LABELS[row['side']]} {_value(row)} ({size})"


def short_of(row: dict[str, Any]) -> str:
    """`label_of` on a narrow page, which tells the numbers of statements and codes elsewhere."""
    return f"{SIDE_LABELS[row['side']]} {_value(row)}"


def gap_of(row: dict[str, Any]) -> str:
    """What stands beside the dot of a difference."""
    return points(row["share"], row["high"] - row["low"])


def ratio_of(row: dict[str, Any]) -> str:
    """What stands beside the dot of a share of something that is predicted too: once corrected, only the codes are known in number."""
    coded = " coded" if row["method"].startswith(CORRECTED) else ""
    return f"{SIDE_LABELS[row['side']]} {_value(row)} ({_base(row)}{coded})"


def short_ratio_of(row: dict[str, Any]) -> str:
    """`ratio_of` where the sides have a key."""
    return f"{_value(row)} ({_base(row)})"


def _base(row: dict[str, Any]) -> str:
    return f"{row['n_labelled']:,}" if row["method"].startswith(CORRECTED) else f"{row['n']:,} of {row['n_statements']:,}"


def count_of(row: dict[str, Any]) -> str:
    """What stands beside a dot of many: its count, or its value where the count is the classifier's and was corrected."""
    return _value(row) if row["method"].startswith(CORRECTED) else f"{row['n']:,}"


def _value(row: dict[str, Any]) -> str:
    return percent(row["share"], row["high"] - row["low"])


def bands(axes: Axes, rows: pd.DataFrame, order: list[str], x: np.ndarray, *, names: list[str]) -> None:
    """A point per period, at `x`, and side with two nested bands, 50 % and the interval, or nested lines where the periods beside it have
    none; periods without an interval are hollow or left open. `names` are the sides to name."""
    quiet_frame(axes, along="y")
    for side in COMPARED:
        own = rows[rows["side"] == side].set_index("period").reindex(order)
        colour, at = SIDE_COLOURS[side], x + DODGE[side]
        for low, high, alpha in (("low", "high", 0.16), ("low_50", "high_50", 0.3)):
            axes.fill_between(at, 100 * own[low].to_numpy(float), 100 * own[high].to_numpy(float), color=colour, alpha=alpha, linewidth=0)
        shown = own["share"].notna().to_numpy()
        solid = own["low"].notna().to_numpy()
        axes.plot(at, 100 * own["share"].to_numpy(float), color=colour, linewidth=1.2 if solid.any() else 0)
        _upright(axes, own, at, solid, colour)
        for which, face in ((shown & solid, colour), (shown & ~solid, "white")):
            axes.plot(
                at[which],
                100 * own["share"].to_numpy(float)[which],
                SIDE_MARKERS[side],
                color=colour,
                markerfacecolor=face,
                markersize=5,
                clip_on=False,
            )
        if side in names:
            last = int(np.flatnonzero(shown)[-1])
            axes.annotate(
                SIDE_LABELS[side],
                (at[last], 100 * float(own["share"].iloc[last])),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize=9.5,
                fontweight="bold",
                color=SIDE_TEXT[side],
                annotation_clip=False,
            )
    _tell_hidden(axes, rows, len(order))
    axes.set_xlim(x[0] - 0.4, x[-1] + 0.4)
    axes.set_ylim(bottom=0)


def _tell_hidden(axes: Axes, rows: pd.DataFrame, of: int) -> None:
    """In how many of the periods a side has too few codes, above the panel."""
    hidden = {side: int(((rows["side"] == side) & (rows["method"] == NOT_SHOWN)).sum()) for side in COMPARED}
    words = ", ".join(f"{SIDE_LABELS[side]} {n}" for side, n in hidden.items() if n)
    if words:
        style: dict[str, Any] = {"ha": "right", "fontsize": 8, "color": QUIET, "annotation_clip": False}
        axes.annotate(f"Too few codes: {words} of {of} periods", (1, 1), (0, 8), "axes fraction", "offset points", **style)


def _upright(axes: Axes, own: pd.DataFrame, x: np.ndarray, solid: np.ndarray, colour: str) -> None:
    """The intervals, as lines, of periods that have one while those beside them have none."""
    beside = np.pad(solid, 1)
    for k in np.flatnonzero(solid & ~beside[:-2] & ~beside[2:]):
        for low, high, width in (("low", "high", 1.4), ("low_50", "high_50", 4.0)):
            axes.plot([x[k], x[k]], 100 * own[[low, high]].iloc[k].to_numpy(float), color=colour, linewidth=width, solid_capstyle="butt")


def key_of_sides(axes: Axes) -> None:
    """Names the markers of the two sides above the first panel, at a fixed distance from it."""
    for x, side, mark in ((4, "US", "●"), (44, "RUS", "◆")):
        beside = ScaledTranslation(x / 72, 11 / 72, axes.figure.dpi_scale_trans)
        words = f"{mark} {SIDE_LABELS[side]}"
        axes.text(0, 1, words, transform=axes.transAxes + beside, color=SIDE_TEXT[side], fontsize=9, va="center")


def bubbles(axes: Axes, flows: pd.DataFrame, order: list[str], most: int, side: str, *, names: bool) -> None:
    """A count per addressee and act of one side, as a disc of that area with its number."""
    quiet_frame(axes)
    axes.grid(visible=False)
    axes.hlines(range(len(order)), -0.5, len(ACTS) - 0.5, color="#EEEEEE", linewidth=0.8, zorder=0)
    for row in flows.to_dict("records"):
        x, y = list(ACTS).index(row["act"]), order.index(row["addressee"])
        size = 120 + 400 * row["n"] / most
        axes.scatter([x], [y], s=size, color=SIDE_COLOURS[side], marker=SIDE_MARKERS[side], alpha=0.18, linewidths=0)
        axes.text(x, y, str(row["n"]), ha="center", va="center", fontsize=10, fontweight="bold", color=INK)
    axes.set_xlim(-0.5, len(ACTS) - 0.5)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_xticks(range(len(ACTS)), [act.capitalize() for act in ACTS], fontsize=9, color=QUIET)
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(order)), [f"to {name}" for name in order] if names else [""] * len(order))
    axes.set_title(SIDE_LABELS[side], loc="left", fontsize=11, fontweight="bold", color=SIDE_TEXT[side], pad=10)
