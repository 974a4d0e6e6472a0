"""Shares and flows to figures: the US and Russia side by side. Titles say a finding only where the intervals allow it."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from stance.codebook import ACTS, COMPARED, codebook
from stance.estimate import BY_HAND
from stance.figstyle import (
    DPI,
    INK,
    QUIET,
    SIDE_COLOURS,
    SIDE_LABELS,
    SIDE_MARKERS,
    SIDE_TEXT,
    Figure,
    new_canvas,
    percent,
    quiet_frame,
    source_block,
    style,
    title_block,
)
from stance.records import SHARES, check

PLURALS = {"warning": "warnings", "reassurance": "reassurances", "demand": "demands", "other": "other statements"}
WHO = {"US": "the US", "GBR": "the UK", "EU": "the EU", "UN": "the UN", "other": "others", "unspecified": "nobody named"}
OFFSET = {"US": -0.17, "RUS": 0.17}
ROW = 46  # pixels of a row


def chart(shares: pd.DataFrame, flows: pd.DataFrame, documents: pd.DataFrame, places: dict[str, str]) -> list[Figure]:
    """The figures of records.SHARES and of the flows of `estimate`; `places` names the codes of addressees.

    The source line is built from the documents' metadata.
    """
    check(shares, SHARES)
    named = flows.assign(addressee=[WHO.get(code, places.get(code, code)) for code in flows["addressee"]])
    with style():
        return [
            acts_figure(shares, documents),
            issues_figure(shares, documents),
            flows_figure(named, shares, documents),
        ]


def acts_figure(shares: pd.DataFrame, documents: pd.DataFrame) -> Figure:
    """Share of each act in each side's statements, as paired dots with intervals."""
    rows = shares[shares["issue"] == ""]
    title = acts_title(rows)
    subtitle = f"Share of each side's attributed statements by act, %. {_sizes(rows)}."
    canvas = new_canvas(190 + 2 * ROW * len(ACTS))
    top, bottom = title_block(canvas, title, subtitle), source_block(canvas, _note(rows), source_line(documents))
    height = canvas.get_figheight() * DPI
    axes = canvas.add_axes((0.16, bottom + 34 / height, 0.66, top - bottom - 40 / height))
    _paired_dots(axes, rows, list(ACTS), "act", [act.capitalize() for act in ACTS], labels=True)
    return Figure(
        "acts",
        title,
        subtitle,
        _note(rows),
        _alt("Dot plot of the share of warnings, reassurances, demands and other statements", rows, title),
        rows,
        canvas,
    )


def issues_figure(shares: pd.DataFrame, documents: pd.DataFrame) -> Figure:
    """Share of each act and issue in each side's statements: a panel per act, a row per issue that occurs."""
    rows = shares[shares["issue"] != ""]
    present = [code for code in codebook().issues if rows.loc[rows["issue"] == code, "n"].sum() > 0] or ["none_other"]
    rows = rows[rows["issue"].isin(present)]
    title = issues_title(rows)
    subtitle = f"Share of each side's attributed statements by issue and act, %. Numbers at the lines are counts. {_sizes(rows)}."
    canvas = new_canvas(230 + ROW * len(present))
    top, bottom = title_block(canvas, title, subtitle), source_block(canvas, _note(rows), source_line(documents))
    height = canvas.get_figheight() * DPI
    names = [codebook().issues[code].name for code in present]
    for n, act in enumerate(ACTS):
        axes = canvas.add_axes((0.21 + 0.196 * n, bottom + 34 / height, 0.175, top - bottom - 88 / height))
        _paired_dots(axes, rows[rows["act"] == act], present, "issue", names if n == 0 else [""] * len(names), labels=False)
        axes.set_title(act.capitalize(), loc="left", fontsize=10.5, fontweight="bold", pad=24)
        if n == 0:
            _key(axes)
    return Figure(
        "issues",
        title,
        subtitle,
        _note(rows),
        _alt("Dot plots of the share of each issue and act", rows, title),
        rows,
        canvas,
    )


def flows_figure(flows: pd.DataFrame, shares: pd.DataFrame, documents: pd.DataFrame) -> Figure:
    """Number of statements of each act by addressee: a panel per side."""
    order = flows.groupby("addressee")["n"].sum().sort_values(ascending=False, kind="stable").index.tolist() or [WHO["unspecified"]]
    title = flows_title(flows)
    subtitle = f"Number of attributed statements by addressee and act: who is told, or else named first in the statement. {_sizes(shares)}."
    note = "Counts of the statements in these documents; empty cells are none. " + _note(shares[shares["issue"] == ""], interval=False)
    canvas = new_canvas(230 + 40 * len(order))
    top, bottom = title_block(canvas, title, subtitle), source_block(canvas, note, source_line(documents))
    height = canvas.get_figheight() * DPI
    most = max(1, flows["n"].max() if len(flows) else 1)
    for n, side in enumerate(COMPARED):
        axes = canvas.add_axes((0.17 + 0.42 * n, bottom + 16 / height, 0.38, top - bottom - 80 / height))
        _bubbles(axes, flows[flows["side"] == side], order, most, side, names=n == 0)
    ranked = flows.sort_values(["side", "n", "addressee", "act"], ascending=[False, False, True, True])
    alt = f"Bubble table of counts by addressee and act for each side, titled “{title}”. Largest: " + "; ".join(
        f"{SIDE_LABELS[row['side']]} to {row['addressee']}, {row['act']}, {row['n']}" for row in ranked.head(3).to_dict("records")
    )
    return Figure("flows", title, subtitle, note, alt + ".", ranked, canvas)


def acts_title(rows: pd.DataFrame) -> str:
    """The widest gap between the sides whose intervals do not meet; a neutral title where there is none."""
    return _gap_title(rows, lambda act, issue: PLURALS[act], "act")


def issues_title(rows: pd.DataFrame) -> str:
    """Like `acts_title`, over issues and acts."""
    return _gap_title(rows, lambda act, issue: f"{PLURALS[act]} on {codebook().issues[issue].name}", "issue")


def _gap_title(rows: pd.DataFrame, words: Callable[[str, str], str], what: str) -> str:
    if rows["n_statements"].max() == 0:
        return "No statement of the US or Russia was found"
    missing = [side for side in COMPARED if rows.loc[rows["side"] == side, "n_statements"].max() == 0]
    if missing:
        return f"{SIDE_LABELS[missing[0]]} says nothing in these documents"
    if not rows["method"].str.startswith(BY_HAND).all():
        return f"US and Russian statements by {what}: classifier's count, uncorrected"
    keys = ["act", "issue"]
    us, russia = (rows[rows["side"] == side].set_index(keys) for side in COMPARED)
    clear = (us["low"] > russia["high"]) | (russia["low"] > us["high"])
    if not clear.any():
        return f"No clear gap between the US and Russia by {what}"
    widest = (us["share"] - russia["share"]).abs().where(clear).idxmax()
    more, less = ("The US", "Russia") if us.loc[widest, "share"] > russia.loc[widest, "share"] else ("Russia", "the US")
    return f"{more} makes a larger share of {words(*widest)} than {less}"


def flows_title(flows: pd.DataFrame) -> str:
    """Names each side's most frequent addressee, which is exact for these documents; neutral where two are level."""
    first = {}
    for side in COMPARED:
        named = flows[(flows["side"] == side) & (flows["addressee"] != WHO["unspecified"])].groupby("addressee")["n"].sum()
        if len(named) and (named == named.max()).sum() == 1:
            first[side] = named.idxmax()
    if len(first) < len(COMPARED):
        return "Who says what to whom"
    if first["US"] == first["RUS"]:
        return f"Both sides address {first['US']} most often"
    return f"The US most often addresses {first['US']}, Russia {first['RUS']}"


def source_line(documents: pd.DataFrame) -> str:
    """Outlets and dates of the documents; files that name no outlet are called by their own name."""
    outlets = sorted({row["outlet"] or row["source"] for row in documents.to_dict("records")})
    shown = "; ".join(outlets[:3]) + (f" and {len(outlets) - 3} more" if len(outlets) > 3 else "")
    dates = sorted(set(documents["published"]) - {""})
    when = f", {dates[0]} to {dates[-1]}" if len(dates) > 1 else f", {dates[0]}" if dates else ", undated"
    count = f"{len(documents)} document{'s' if len(documents) != 1 else ''}"
    return f"Source: {shown}{when} ({count}); stance."


def _paired_dots(axes: Axes, rows: pd.DataFrame, order: list[str], key: str, names: list[str], *, labels: bool) -> None:
    quiet_frame(axes)
    for row in rows.to_dict("records"):
        if not row["n_statements"]:
            continue
        y, colour = order.index(row[key]) + OFFSET[row["side"]], SIDE_COLOURS[row["side"]]
        known, faint = not np.isnan(row["low"]), 0.35 if not labels and row["n"] == 0 else 1
        if known:
            axes.plot(
                [100 * row["low"], 100 * row["high"]],
                [y, y],
                color=colour,
                linewidth=1.6,
                solid_capstyle="butt",
                alpha=faint,
            )
        axes.plot(
            [100 * row["share"]],
            [y],
            SIDE_MARKERS[row["side"]],
            color=colour,
            markerfacecolor=colour if known else "white",
            markersize=7,
            alpha=faint,
            clip_on=False,
        )
        if labels or row["n"]:
            text = f"{SIDE_LABELS[row['side']]} {percent(row['share'])} ({row['n']} of {row['n_statements']})" if labels else str(row["n"])
            end = 100 * (row["high"] if known else row["share"])
            axes.annotate(
                text,
                (end, y),
                xytext=(7, 0),
                textcoords="offset points",
                va="center",
                fontsize=9.5 if labels else 8.5,
                color=SIDE_TEXT[row["side"]],
                annotation_clip=False,
            )
    axes.set_xlim(0, 100)
    axes.set_ylim(len(order) - 0.45, -0.55)
    axes.set_yticks(range(len(order)), names)
    axes.set_xticks([0, 25, 50, 75, 100] if labels else [0, 50])
    axes.tick_params(axis="y", pad=10)


def _key(axes: Axes) -> None:
    """Names the markers of the two sides above the first panel, at a fixed distance from it."""
    for x, side, mark in ((4, "US", "●"), (44, "RUS", "◆")):
        beside = ScaledTranslation(x / 72, 11 / 72, axes.figure.dpi_scale_trans)
        words = f"{mark} {SIDE_LABELS[side]}"
        axes.text(0, 1, words, transform=axes.transAxes + beside, color=SIDE_TEXT[side], fontsize=9, va="center")


def _bubbles(axes: Axes, flows: pd.DataFrame, order: list[str], most: int, side: str, *, names: bool) -> None:
    quiet_frame(axes)
    axes.grid(visible=False)
    axes.hlines(range(len(order)), -0.5, len(ACTS) - 0.5, color="#EEEEEE", linewidth=0.8, zorder=0)
    for row in flows.to_dict("records"):
        x, y = list(ACTS).index(row["act"]), order.index(row["addressee"])
        axes.scatter(
            [x],
            [y],
            s=120 + 400 * row["n"] / most,
            color=SIDE_COLOURS[side],
            marker=SIDE_MARKERS[side],
            alpha=0.18,
            linewidths=0,
        )
        axes.text(x, y, str(row["n"]), ha="center", va="center", fontsize=10, fontweight="bold", color=INK)
    axes.set_xlim(-0.5, len(ACTS) - 0.5)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_xticks(range(len(ACTS)), [act.capitalize() for act in ACTS], fontsize=9, color=QUIET)
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(order)), [f"to {name}" for name in order] if names else [""] * len(order))
    axes.set_title(SIDE_LABELS[side], loc="left", fontsize=11, fontweight="bold", color=SIDE_TEXT[side], pad=10)


def _sizes(rows: pd.DataFrame) -> str:
    sizes = {side: int(rows.loc[rows["side"] == side, "n_statements"].max()) for side in COMPARED}
    documents = int(rows["n_documents"].max())
    return f"{sizes['US']} US and {sizes['RUS']} Russian statements in {documents} document{'s' if documents != 1 else ''}"


def _note(rows: pd.DataFrame, *, interval: bool = True) -> str:
    if rows["method"].str.startswith(BY_HAND).all():
        drawn = "Dots: exact share. Lines: 95% Wilson interval for statements like these. " if interval else ""
        coders = rows["method"].iloc[0].removeprefix(BY_HAND).strip(" ()")
        return f"{drawn}Every statement was read and coded by: {coders}."
    return "Hollow dots: classifier's count, uncorrected. Its error in these documents is not known, so there is no interval."


def _alt(what: str, rows: pd.DataFrame, title: str) -> str:
    top = rows[rows["act"] != "other"].sort_values("share", ascending=False, kind="stable").head(2)
    values = "; ".join(
        f"{SIDE_LABELS[r['side']]}, {r['act']}{' on ' + codebook().issues[r['issue']].name if r['issue'] else ''}: {percent(r['share'])}"
        + ("" if np.isnan(r["low"]) else f" (interval {percent(r['low'])} to {percent(r['high'])})")
        for r in top.to_dict("records")
        if r["n_statements"]
    )
    return f"{what} in each side's statements, titled “{title}”. Highest shares: {values or 'none'}."
