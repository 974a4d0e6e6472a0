"""Tables to figures: the US and Russia side by side. What a figure says is in `stance.titles`, how rows become marks in
`stance.plots`."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from stance import titles
from stance.cells import CORRECTED, NOT_SHOWN, UNCORRECTED
from stance.codebook import COMPARED, DIFFERENCE, codebook
from stance.figstyle import INK, SIDE_LABELS, Figure, Frame, frame, style
from stance.plots import Write, bands, bubbles, count_of, dots, gap_of, key_of_sides, label_of, ratio_of, short_ratio_of
from stance.records import CONDITIONS, POSITIONS, SHARES, check

WHO = {"US": "the US", "GBR": "the UK", "EU": "the EU", "UN": "the UN", "other": "others", "unspecified": "nobody named"}
ROW = 46  # pixels of a row
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
) -> list[Figure]:
    """The figures of `estimate`'s tables; `places` names the codes of addressees. The source line is built from the documents' metadata.

    Issues, months and stances are drawn where the tables have them, conditions and flows where there are such tables.
    """
    for table, schema in ((shares, SHARES), (positions, POSITIONS), (conditions, CONDITIONS)):
        if table is not None:
            check(table, schema)
    source, over_all = titles.source_line(documents), _over_all(shares)
    codes = int(over_all.loc[over_all["side"].isin(COMPARED)].groupby("side")["n_labelled"].max().sum())
    with style():
        figures = [acts_figure(shares, source, codes), difference_figure(shares, source, codes)]
        figures += [issues_figure(shares, source, codes)] if (shares["issue"] != "").any() else []
        figures += [months_figure(shares, source, codes)] if (shares["period"] != "").any() else []
        figures += [positions_figure(positions, source, codes)] if len(positions) else []
        if conditions is not None and (conditions.loc[conditions["act"].isin(MARKED), "method"] != NOT_SHOWN).any():
            figures.append(conditions_figure(conditions, source, codes))
        if flows is not None:
            named = flows.assign(addressee=[WHO.get(code, places.get(code, code)) for code in flows["addressee"]])
            figures.append(flows_figure(named, shares, source, codes))
        return figures


def acts_figure(shares: pd.DataFrame, source: str, codes: int) -> Figure:
    """Share of each act in each side's statements, as paired dots with intervals."""
    rows = _over_all(shares)
    title = titles.acts_title(rows)
    subtitle = f"Share of each side's attributed statements by act, %; the rest are other statements. {titles.sizes(rows)}."
    page = frame(190 + 2 * ROW * len(MARKED), title, subtitle, titles.note(rows, codes), source)
    sides = rows[rows["side"].isin(COMPARED) & rows["act"].isin(MARKED)]
    _act_rows(page, sides, label_of)
    return page.figure(
        "acts", titles.alt("Dot plot of the share of each act in each side's statements", sides, title, most=len(MARKED)), sides
    )


def difference_figure(shares: pd.DataFrame, source: str, codes: int) -> Figure:
    """Russia's share minus the US share of each act, in percentage points."""
    rows = _over_all(shares)
    title = titles.difference_title(rows)
    subtitle = f"Russia's share minus the US share of statements by act, percentage points. {titles.sizes(rows)}."
    page = frame(190 + ROW * len(MARKED), title, subtitle, titles.note(rows, codes, interval="Newcombe"), source)
    gaps = rows[(rows["side"] == DIFFERENCE) & rows["act"].isin(MARKED)]
    axes = page.axes(0.27, 0.58)
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


def issues_figure(shares: pd.DataFrame, source: str, codes: int) -> Figure:
    """Share of each act and issue in each side's statements: a panel per act, a row per issue that occurs."""
    rows = shares[(shares["issue"] != "") & (shares["period"] == "") & shares["act"].isin(MARKED)]
    sides, present = _drawn(rows)
    title = titles.issues_title(rows)
    counts = "" if rows["method"].str.startswith(CORRECTED).any() else " Numbers are counts."
    subtitle = f"Share of each side's attributed statements by issue and act, %.{counts} {titles.sizes(rows)}."
    note = titles.undrawn(rows, present) + titles.note(rows, codes)
    page = frame(230 + ROW * len(present), title, subtitle, note, source)
    _panels(page, sides, "act", MARKED, present, count_of)
    return page.figure("issues", titles.alt("Dot plots of the share of each issue and act in each side's statements", rows, title), sides)


def months_figure(shares: pd.DataFrame, source: str, codes: int) -> Figure:
    """Share of warnings, reassurances and demands by period, with nested bands."""
    rows = shares[(shares["issue"] == "") & (shares["period"] != "") & shares["act"].isin(MARKED)]
    order = sorted(rows["period"].unique())
    title = titles.months_title(rows)
    joined = "; months with few codes are joined" if rows["period"].str.contains(" to ").any() else ""
    below = "statements" if (rows["method"] == UNCORRECTED).any() else "codes"
    dated = titles.dated(rows, _over_all(shares))
    subtitle = f"Share of each side's attributed statements by act and month, %{joined}. {dated}; below the periods: {below}."
    page = frame(750, title, subtitle, titles.note(rows, codes), source)
    step = max(1, -(-len(order) // 8))
    x = np.array([_middle(period) for period in order])
    shown = rows[rows["share"].notna()]
    first = {side: next((act for act in MARKED if act in set(shown.loc[shown["side"] == side, "act"])), "") for side in COMPARED}
    for n, (act, name) in enumerate(MARKED.items()):
        axes = page.axes(0.07, 0.83, 0.75 - 0.315 * n, 0.21)
        own = rows[rows["act"] == act]
        bands(axes, own, order, x, names=[side for side in COMPARED if first[side] == act])
        axes.set_title(name, loc="left", fontsize=10.5, fontweight="bold", pad=8)
        axes.set_xticks(x[::step], [_period_words(own, period) if n == len(MARKED) - 1 else "" for period in order[::step]])
    sides = rows[rows["side"].isin(COMPARED)]
    return page.figure("months", titles.alt("Line charts of the share of each act by period and side", rows, title), sides)


def _middle(period: str) -> float:
    """The middle of a period of months, in months."""
    ends = [12 * int(month[:4]) + int(month[5:7]) for month in (period[:7], period[-7:])]
    return sum(ends) / 2


def _period_words(rows: pd.DataFrame, period: str) -> str:
    """A period, and below it the codes of each side, or its statements where none were drawn."""
    own = rows[(rows["period"] == period)].set_index("side")
    counted = "n_statements" if (own["method"] == UNCORRECTED).any() else "n_labelled"
    return "\n".join([period.replace(" to ", "\nto "), *(f"{SIDE_LABELS[side]} {own.loc[side, counted]:,}" for side in COMPARED)])


def positions_figure(positions: pd.DataFrame, source: str, codes: int) -> Figure:
    """Share of statements in favour of, and against, each issue's proposition: a panel per stance."""
    rows = positions[positions["stance"].isin(list(STANDS))]
    sides, present = _drawn(rows)
    title = titles.positions_title(rows)
    size = "codes" if rows["method"].str.startswith(CORRECTED).any() else "numbers"
    subtitle = f"Share of each side's statements on an issue that favour, or oppose, its proposition, %. In brackets: {size}."
    note = f"{titles.propositions(present)} The rest are unclear. {titles.undrawn(rows, present)}{titles.note(rows, codes)}"
    page = frame(230 + ROW * len(present), title, subtitle, note, source)
    _panels(page, sides, "stance", STANDS, present, short_ratio_of)
    return page.figure("positions", titles.alt("Dot plots of the stance on each issue by side", rows, title), sides)


def conditions_figure(conditions: pd.DataFrame, source: str, codes: int) -> Figure:
    """Part of each side's warnings, reassurances and demands that state a condition."""
    rows = conditions[conditions["act"].isin(MARKED)]
    title = titles.conditions_title(rows)
    subtitle = "Share of each act's statements that state a condition (if, unless, until …), by side, %."
    note = f"Conditions are found by a rule, not coded. {titles.note(rows, codes)}"
    page = frame(190 + 2 * ROW * len(MARKED), title, subtitle, note, source)
    sides = rows[rows["side"].isin(COMPARED)]
    _act_rows(page, sides, ratio_of)
    return page.figure("conditions", titles.alt("Dot plot of how often acts state a condition, by side", rows, title), sides)


def flows_figure(flows: pd.DataFrame, shares: pd.DataFrame, source: str, codes: int) -> Figure:
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
    page = frame(230 + 40 * len(order), title, subtitle, note, source)
    most = max(1, flows["n"].max() if len(flows) else 1)
    for n, side in enumerate(COMPARED):
        bubbles(page.axes(0.17 + 0.42 * n, 0.38, above=64), flows[flows["side"] == side], order, most, side, names=n == 0)
    ranked = flows.sort_values(["side", "n", "addressee", "act"], ascending=[False, False, True, True])
    alt = f"Bubble table of counts by addressee and act for each side, titled “{title}”. Largest: " + "; ".join(
        f"{SIDE_LABELS[row['side']]} to {row['addressee']}, {row['act']}, {row['n']}" for row in ranked.head(3).to_dict("records")
    )
    return page.figure("flows", alt + ".", ranked)


def _over_all(shares: pd.DataFrame) -> pd.DataFrame:
    return shares[(shares["issue"] == "") & (shares["period"] == "")]


def _act_rows(page: Frame, sides: pd.DataFrame, write: Write) -> None:
    """A row per act, a dot per side."""
    dots(_percents(page.axes(0.16, 0.6), sides), sides, list(MARKED), "act", list(MARKED.values()), write)


def _drawn(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The rows of both sides on issues of which something is drawn, and these issues in the order of the codebook."""
    sides = rows[rows["side"].isin(COMPARED)]
    some = set(sides.loc[sides["share"].notna() & (sides["n"] > 0), "issue"]) or {sides["issue"].iloc[0]}
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


def _panels(page: Frame, rows: pd.DataFrame, key: str, panels: dict[str, str], issues: list[str], write: Write) -> None:
    """A panel per value of `key`, a row per issue in each."""
    named = codebook().issues
    names = [named[code].name if named[code].proposition else f"None of the {len(named) - 1} issues" for code in issues]
    room = 0.785 / len(panels)
    for n, (value, name) in enumerate(panels.items()):
        axes = _percents(page.axes(0.21 + room * n, 0.66 * room, above=54), rows)
        dots(axes, rows[rows[key] == value], issues, "issue", names if n == 0 else [""] * len(names), write, few=True)
        axes.set_title(name, loc="left", fontsize=10.5, fontweight="bold", pad=24)
        if n == 0:
            key_of_sides(axes)
