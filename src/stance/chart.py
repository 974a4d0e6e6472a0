"""Tables to figures: the US and Russia side by side. What a figure says is in `stance.titles`, how rows become marks in
`stance.plots`."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from stance import titles
from stance.cells import CORRECTED, UNCORRECTED
from stance.codebook import COMPARED, DIFFERENCE, codebook
from stance.figstyle import INK, PHONE, SIDE_LABELS, SIZES, Figure, Frame, Size, frame, style
from stance.plots import Write, bands, bubbles, count_of, dots, gap_of, key_of_sides, label_of, ratio_of, short_of, short_ratio_of
from stance.records import CONDITIONS, POSITIONS, SHARES, check

WHO = {"US": "the US", "GBR": "the UK", "EU": "the EU", "UN": "the UN", "other": "others", "unspecified": "nobody named"}
ROW, NAMES = 46, 186  # pixels of a row, and of the names of issues
MARKED = {"warning": "Warning", "reassurance": "Reassurance", "demand": "Demand"}
REACHES = (2, 4, 6, 8, 10, 20, 40, 60, 80, 100)  # percent at the end of an axis
STANDS = {"favour": "In favour", "against": "Against"}


def chart(
    shares: pd.DataFrame,
    positions: pd.DataFrame,
    conditions: pd.DataFrame | None,
    flows: pd.DataFrame | None,
    documents: pd.DataFrame,
    places: dict[str, str],
    about: str = "",
) -> list[Figure]:
    """The figures of `estimate`'s tables, in each of SIZES; `places` names the codes of addressees. The source line is built from the
    documents' metadata, and says what the texts are `about`.

    Issues, months, stances and conditions are drawn where the tables have a share of them, flows where there is such a table.
    """
    for table, schema in ((shares, SHARES), (positions, POSITIONS), (conditions, CONDITIONS)):
        if table is not None:
            check(table, schema)
    over_all = _over_all(shares)
    codes = int(over_all.loc[over_all["side"].isin(COMPARED)].groupby("side")["n_labelled"].max().sum())
    words = titles.source_line(documents, about), codes
    named = None if flows is None else flows.assign(addressee=[WHO.get(code, places.get(code, code)) for code in flows["addressee"]])
    figures = []
    with style():
        for size in SIZES:
            figures += [acts_figure(size, shares, *words), difference_figure(size, shares, *words)]
            figures += [issues_figure(size, shares, *words)] if _some(shares[shares["issue"] != ""]) else []
            figures += [months_figure(size, shares, *words)] if _some(shares[shares["period"] != ""]) else []
            figures += [positions_figure(size, positions, *words)] if _some(positions) else []
            figures += [conditions_figure(size, conditions, *words)] if conditions is not None and _some(conditions) else []
            figures += [flows_figure(size, named, shares, *words)] if named is not None else []
    return figures


def acts_figure(size: Size, shares: pd.DataFrame, source: str, codes: int) -> Figure:
    """Share of each act in each side's statements, as paired dots with intervals."""
    rows = _over_all(shares)
    title = titles.acts_title(rows)
    subtitle = f"Share of each side's attributed statements by act, %; the rest are other statements. {titles.sizes(rows)}."
    page = frame(size, 50 + 2 * ROW * len(MARKED), title, subtitle, titles.note(rows, codes), source)
    sides = rows[rows["side"].isin(COMPARED) & rows["act"].isin(MARKED)]
    _act_rows(page, sides, *((short_of, 110) if size == PHONE else (label_of, 260)))
    return page.figure(
        "acts", titles.alt("Dot plot of the share of each act in each side's statements", sides, title, most=len(MARKED)), sides
    )


def difference_figure(size: Size, shares: pd.DataFrame, source: str, codes: int) -> Figure:
    """Russia's share minus the US share of each act, in percentage points."""
    rows = _over_all(shares)
    title = titles.difference_title(rows)
    subtitle = f"Russia's share minus the US share of statements by act, percentage points. {titles.sizes(rows)}."
    page = frame(size, 50 + ROW * len(MARKED), title, subtitle, titles.note(rows, codes, interval="Newcombe"), source)
    gaps = rows[(rows["side"] == DIFFERENCE) & rows["act"].isin(MARKED)]
    axes = page.axes(230, 128)
    dots(axes, gaps, list(MARKED), "act", list(MARKED.values()), gap_of)
    axes.tick_params(axis="y", pad=84)  # the names stand clear of labels on the left
    reach = _reach(gaps)
    axes.set_xlim(-reach, reach)
    axes.set_xticks([-reach, 0, reach], [f"US more {reach}", "0", f"Russia more {reach}"])
    axes.axvline(0, color=INK, linewidth=1.4, zorder=1)
    stated = "; ".join(f"{row['act']} {titles.gap_of(row)}" for row in gaps.dropna(subset=["share"]).to_dict("records"))
    return page.figure(
        "difference", f"Dot plot of Russia's share minus the US share of each act, titled “{title}”. Gaps: {stated or 'none'}.", gaps
    )


def issues_figure(size: Size, shares: pd.DataFrame, source: str, codes: int) -> Figure:
    """Share of each act and issue in each side's statements: a panel per act of which something is drawn, a row per issue that occurs."""
    rows = shares[(shares["issue"] != "") & (shares["period"] == "") & shares["act"].isin(MARKED)]
    sides, present = _drawn(rows)
    panels, none = _panels_of(sides, "on every issue")
    title = titles.issues_title(rows)
    counts = "" if rows["method"].str.startswith(CORRECTED).any() else " Numbers are counts."
    subtitle = f"Statements of an act on an issue, as a share of all statements of their side, %.{counts} {titles.sizes(rows)}."
    note = none + titles.undrawn(rows, present) + titles.note(rows, codes)
    drawn = sides[sides["act"].isin(panels)]
    page = _panels(size, (title, subtitle, note, source), drawn, "act", panels, present, count_of)
    return page.figure("issues", titles.alt("Dot plots of the share of each issue and act in each side's statements", rows, title), drawn)


def months_figure(size: Size, shares: pd.DataFrame, source: str, codes: int) -> Figure:
    """Share of warnings, reassurances and demands by period, with nested bands."""
    rows = shares[(shares["issue"] == "") & (shares["period"] != "") & shares["act"].isin(MARKED)]
    order = sorted(rows["period"].unique())
    title = titles.months_title(rows)
    joined = "; months with few codes are joined" if rows["period"].str.contains(" to ").any() else ""
    below = "statements" if (rows["method"] == UNCORRECTED).any() else "codes"
    dated = titles.dated(rows, _over_all(shares))
    panels, none = _panels_of(rows, "in every period")
    what = f"Share of each side's attributed statements by act and month, %, each act on a scale of its own{joined}."
    subtitle = f"{what} {dated}; below the periods: {below}."
    note = none + titles.note(rows, codes, marks="Bands or lines: 95% and, dark or thick,")
    page = frame(size, 66 + 181 * len(panels), title, subtitle, note, source)
    step = max(1, -(-len(order) // (size.width // 106)))
    x = np.array([_middle(period) for period in order])
    shown = rows[rows["share"].notna()]
    first = {side: next((act for act in panels if act in set(shown.loc[shown["side"] == side, "act"])), "") for side in COMPARED}
    for n, (act, name) in enumerate(panels.items()):
        axes = page.axes(60, 85, slot=n, of=len(panels), above=30, below=10, foot=66)
        own = rows[rows["act"] == act]
        bands(axes, own, order, x, names=[side for side in COMPARED if first[side] == act])
        axes.set_title(name, loc="left", fontsize=10.5, fontweight="bold", pad=8)
        axes.set_xticks(x[::step], [_period_words(own, period) if n == len(panels) - 1 else "" for period in order[::step]])
    sides = rows[rows["side"].isin(COMPARED) & rows["act"].isin(panels)]
    return page.figure("months", titles.alt("Line charts of the share of each act by period and side", rows, title, most=3), sides)


def _middle(period: str) -> float:
    """The middle of a period of months, in months."""
    ends = [12 * int(month[:4]) + int(month[5:7]) for month in (period[:7], period[-7:])]
    return sum(ends) / 2


def _period_words(rows: pd.DataFrame, period: str) -> str:
    """A period, and below it the codes of each side, or its statements where none were drawn."""
    own = rows[(rows["period"] == period)].set_index("side")
    counted = "n_statements" if (own["method"] == UNCORRECTED).any() else "n_labelled"
    return "\n".join(
        [titles.period_name(period).replace("–", "–\n"), *(f"{SIDE_LABELS[side]} {own.loc[side, counted]:,}" for side in COMPARED)]
    )


def positions_figure(size: Size, positions: pd.DataFrame, source: str, codes: int) -> Figure:
    """Share of statements in favour of, and against, each issue's proposition: a panel per stance."""
    rows = positions[positions["stance"].isin(list(STANDS))]
    sides, present = _drawn(rows)
    title = titles.positions_title(rows)
    counted = "codes" if rows["method"].str.startswith(CORRECTED).any() else "numbers"
    subtitle = f"Share of each side's statements on an issue that favour, or oppose, its proposition, %. In brackets: {counted}."
    note = f"{titles.propositions(present)} The rest are unclear. {titles.undrawn(rows, present)}{titles.note(rows, codes)}"
    page = _panels(size, (title, subtitle, note, source), sides, "stance", STANDS, present, short_ratio_of)
    told = titles.comparable(rows).dropna(subset=["share"])
    alt = titles.alt("Dot plots of the stance on each issue by side", rows if told.empty else told, title, most=3)
    return page.figure("positions", alt, sides)


def conditions_figure(size: Size, conditions: pd.DataFrame, source: str, codes: int) -> Figure:
    """Part of each side's warnings, reassurances and demands that state a condition."""
    rows = conditions[conditions["act"].isin(MARKED)]
    title = titles.conditions_title(rows)
    subtitle = "Share of each act's statements that state a condition (if, unless, until …), by side, %."
    note = f"Conditions are found by a rule, not coded. {titles.note(rows, codes)}"
    page = frame(size, 50 + 2 * ROW * len(MARKED), title, subtitle, note, source)
    sides = rows[rows["side"].isin(COMPARED)]
    _act_rows(page, sides, ratio_of, 204)
    return page.figure("conditions", titles.alt("Dot plot of how often acts state a condition, by side", rows, title), sides)


def flows_figure(size: Size, flows: pd.DataFrame, shares: pd.DataFrame, source: str, codes: int) -> Figure:
    """Number of statements of each act by addressee: a panel per side."""
    order = flows.groupby("addressee")["n"].sum().sort_values(ascending=False, kind="stable").index.tolist() or [WHO["unspecified"]]
    rows = _over_all(shares)
    title = titles.flows_title(flows, WHO["unspecified"])
    subtitle = (
        f"Number of attributed statements by addressee and act: who is told, or else named first in the statement. {titles.sizes(rows)}."
    )
    note = "Counts of the statements in these documents, as classified or coded; empty cells are none. " + titles.note(
        rows, codes, interval=""
    )
    narrow, plot = size == PHONE, 74 + 40 * len(order)
    page = frame(size, plot * (len(COMPARED) if narrow else 1), title, subtitle, note, source)
    most = max(1, flows["n"].max() if len(flows) else 1)
    for n, side in enumerate(COMPARED):
        left, right, slots = (175, 20, {"slot": n, "of": len(COMPARED)}) if narrow else (175 + 335 * n, 355 - 335 * n, {})
        axes = page.axes(left, right, **slots, above=64, below=10)
        bubbles(axes, flows[flows["side"] == side], order, most, side, names=narrow or n == 0)
    ranked = flows.sort_values(["side", "n", "addressee", "act"], ascending=[False, False, True, True])
    alt = f"Bubble table of counts by addressee and act for each side, titled “{title}”. Largest: " + "; ".join(
        f"{SIDE_LABELS[row['side']]} to {row['addressee']}, {row['act']}, {row['n']}" for row in ranked.head(3).to_dict("records")
    )
    return page.figure("flows", alt + ".", ranked)


def _some(rows: pd.DataFrame) -> bool:
    """Whether a share of a side is shown, of the acts or stances that are drawn."""
    drawn = rows["act"].isin(MARKED) if "act" in rows else rows["stance"].isin(list(STANDS))
    return bool((rows["side"].isin(COMPARED) & rows["share"].notna() & drawn).any())


def _panels_of(rows: pd.DataFrame, where: str) -> tuple[dict[str, str], str]:
    """The acts of which a share is shown, and what the note says of the others."""
    some = set(rows.loc[rows["side"].isin(COMPARED) & rows["share"].notna(), "act"])
    none = "".join(f"{name}s: too few codes {where}. " for act, name in MARKED.items() if act not in some)
    return {act: name for act, name in MARKED.items() if act in some}, none


def _over_all(shares: pd.DataFrame) -> pd.DataFrame:
    return shares[(shares["issue"] == "") & (shares["period"] == "")]


def _act_rows(page: Frame, sides: pd.DataFrame, write: Write, room: int) -> None:
    """A row per act, a dot per side; `room` is for labels, in pixels."""
    dots(_percents(page.axes(136, room), sides), sides, list(MARKED), "act", list(MARKED.values()), write)


def _drawn(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The rows of both sides on issues of which something is drawn, and these issues in the order of the codebook."""
    sides = rows[rows["side"].isin(COMPARED)]
    shown = sides[sides["share"].notna()]
    some = set(shown.loc[shown["n"] > 0, "issue"]) or set(shown["issue"])
    return sides[sides["issue"].isin(some)], [code for code in codebook().issues if code in some]


def _percents(axes: Axes, rows: pd.DataFrame) -> Axes:
    reach = _reach(rows)
    axes.set_xlim(0, 1.005 * reach)  # the last line of the grid whole
    axes.set_xticks([0, reach / 2, reach], ["0", f"{reach / 2:.0f}", str(reach)])
    return axes


def _reach(rows: pd.DataFrame) -> int:
    """The least of REACHES that holds every dot and interval of `rows`, in percent."""
    most = 100 * rows[["share", "low", "high"]].abs().max(axis=None)
    return next((reach for reach in REACHES if reach >= most), REACHES[-1])


def _panels(
    size: Size, words: tuple[str, str, str, str], rows: pd.DataFrame, key: str, panels: dict[str, str], issues: list[str], write: Write
) -> Frame:
    """A page with a panel per value of `key`, side by side or, on a narrow page, one under another; a row per issue in each."""
    narrow, names = size == PHONE, [titles.issue_name(code) for code in issues]
    plot = 90 + ROW * len(issues)
    page = frame(size, plot * (len(panels) if narrow else 1), *words)
    room = (size.width - NAMES - 4) / len(panels)
    for n, (value, name) in enumerate(panels.items()):
        left = NAMES + room * n
        place = (
            page.axes(NAMES, 120, slot=n, of=len(panels), above=54)
            if narrow
            else page.axes(left, size.width - left - 0.66 * room, above=54)
        )
        axes = _percents(place, rows)
        dots(axes, rows[rows[key] == value], issues, "issue", names if narrow or n == 0 else [""] * len(names), write, few=True)
        axes.set_title(name, loc="left", fontsize=10.5, fontweight="bold", pad=24)
        if narrow or n == 0:
            key_of_sides(axes)
    return page
