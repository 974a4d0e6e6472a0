"""The words of the figures, written from the numbers: titles that state a finding only where the interval allows it, notes, alt text,
sources.

A gap is stated where the interval of RUS - US leaves out 0 and, among many, its q-value (Benjamini & Hochberg 1995) is at most ALPHA.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from stance.cells import BY_HAND, CORRECTED, LEAST_CODES, LEAST_EXPECTED, UNCORRECTED
from stance.codebook import COMPARED, DIFFERENCE, NO_ISSUE, codebook
from stance.figstyle import SIDE_LABELS, percent, points

ALPHA = 0.05
LONGEST = 60  # characters of a source's name
DATE = re.compile(r"\d{4}(-\d\d){0,2}")
VERBS = {"warning": "warns", "reassurance": "reassures", "demand": "demands"}
PLURALS = {"warning": "Warnings", "reassurance": "Reassurances", "demand": "Demands", "other": "Other statements"}
BARE = {"US": "the US", "RUS": "Russia"}


def clear(rows: pd.DataFrame) -> pd.DataFrame:
    """The differences that may be stated, widest first."""
    gaps = rows[(rows["side"] == DIFFERENCE) & rows["low"].notna()]
    gaps = gaps[((gaps["low"] > 0) | (gaps["high"] < 0)) & ~(gaps["q"] > ALPHA)]
    return gaps.loc[gaps["share"].abs().sort_values(ascending=False, kind="stable").index]


def unsaid(rows: pd.DataFrame, what: str) -> str:
    """Why no gap can be stated, or empty where it might be."""
    sides = rows[rows["side"].isin(COMPARED)]
    if sides["n_statements"].max() == 0:
        return "No statement of the US or Russia was found"
    silent = [side for side in COMPARED if sides.loc[sides["side"] == side, "n_statements"].max() == 0]
    if silent:
        return f"{_capital(BARE[silent[0]])} says nothing in these documents"
    if (sides["method"] == UNCORRECTED).any():
        return f"US and Russian statements by {what}: classifier's count, uncorrected"
    if rows.loc[rows["side"] == DIFFERENCE, "low"].isna().all():
        return f"Too few codes to compare the sides by {what}"
    return ""


def acts_title(rows: pd.DataFrame) -> str:
    """Who warns, reassures or demands more often, for each clear gap."""
    return unsaid(rows, "act") or _who_more(rows) or "No clear gap between the US and Russia by act"


def difference_title(rows: pd.DataFrame) -> str:
    """As `acts_title`."""
    return unsaid(rows, "act") or _who_more(rows) or "No act clearly sets the sides apart"


def _who_more(rows: pd.DataFrame) -> str:
    """Each side with the acts that it clearly does more often, the side of the widest gap first; empty where no gap is clear."""
    found = clear(rows[rows["act"] != "other"])
    by_side = {more: found.loc[(found["share"] > 0) == more, "act"].tolist() for more in (found["share"] > 0).unique()}
    if len(by_side) < len(COMPARED):
        return "".join(_capital(_more(1 if more else -1, acts)) for more, acts in by_side.items())
    sides = (f"{BARE['RUS' if more else 'US']} {_joined(VERBS[act] for act in acts)} more" for more, acts in by_side.items())
    return _capital(", ".join(sides))


def issues_title(rows: pd.DataFrame) -> str:
    """The widest clear gap over issues and acts."""
    rows = rows[rows["issue"] != NO_ISSUE]
    found = clear(rows[rows["act"] != "other"])
    if found.empty:
        return unsaid(rows, "issue") or "No clear gap between the US and Russia by issue"
    first = found.iloc[0]
    return unsaid(rows, "issue") or f"{issue_name(first['issue'])}: {_more(first['share'], [first['act']])}"


def months_title(rows: pd.DataFrame) -> str:
    """The act with most periods of a clear gap, the wider gaps first, and in how many of those in which the sides can be compared."""
    found = clear(rows[rows["act"] != "other"])
    if found.empty:
        return unsaid(rows, "month") or "No clear gap between the sides in any period"
    gaps = found.assign(more=found["share"] > 0).groupby(["act", "more"])["share"].agg(["size", lambda gap: gap.abs().sum()])
    (act, more), n = gaps.sort_values(list(gaps), ascending=False, kind="stable").index[0], int(gaps["size"].max())
    of = int((rows["side"].eq(DIFFERENCE) & rows["act"].eq(act) & rows["low"].notna()).sum())
    where = f"in {n} of {of} periods" if of > 1 else "in the one period compared"
    return unsaid(rows, "month") or f"{_capital(_more(1 if more else -1, [act]))} {where}"


def positions_title(rows: pd.DataFrame) -> str:
    """The issue on which the stances of the sides differ most, of those whose proposition means the same for both and that are shown."""
    alike = comparable(rows)
    compared = alike.loc[alike["side"].eq(DIFFERENCE) & alike["low"].notna(), "issue"].unique()
    found = clear(alike[alike["stance"] != "unclear"])
    if not len(compared) or unsaid(rows, "stance"):
        return unsaid(rows, "stance") or "Too few codes to compare the sides by stance"
    name = codebook().issues[compared[0] if found.empty else found.iloc[0]["issue"]].name
    if len(compared) == 1:
        return f"{name}, the one issue compared: {'no clear gap in' if found.empty else 'the sides differ in their'} stances"
    if found.empty:
        return f"No clear gap in stances on the {len(compared)} issues compared"
    return f"The sides' stances differ most, of {len(compared)} issues, on {name}"


def comparable(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows on issues whose proposition means the same for both sides."""
    return rows[~rows["issue"].isin([code for code, issue in codebook().issues.items() if issue.relative])]


def conditions_title(rows: pd.DataFrame) -> str:
    """The act whose conditions differ most."""
    found = clear(rows[rows["act"] != "other"])
    if found.empty:
        return unsaid(rows, "condition") or "No clear gap in how often acts carry conditions"
    lead = BARE["RUS" if found.iloc[0]["share"] > 0 else "US"]
    return unsaid(rows, "condition") or f"{PLURALS[found.iloc[0]['act']]} of {lead} carry conditions more often"


def flows_title(flows: pd.DataFrame, unspecified: str) -> str:
    """Names each side's most frequent addressee among the statements as counted; neutral where two are level, or most name nobody."""
    first = {}
    for side in COMPARED:
        named = flows[(flows["side"] == side) & (flows["addressee"] != unspecified)].groupby("addressee")["n"].sum()
        unnamed = flows.loc[(flows["side"] == side) & (flows["addressee"] == unspecified), "n"].sum()
        if len(named) and (named == named.max()).sum() == 1 and named.max() > unnamed:
            first[side] = named.idxmax()
    if len(first) < len(COMPARED):
        return "Who says what to whom"
    if first["US"] == first["RUS"]:
        return f"Both sides address {first['US']} most often"
    return f"The US most often addresses {first['US']}, Russia {first['RUS']}"


def _more(gap: float, acts: Iterable[str]) -> str:
    """Who does `acts` more often, by the sign of `gap` (RUS - US)."""
    lead, other = ("RUS", "US") if gap > 0 else ("US", "RUS")
    return f"{BARE[lead]} {_joined(VERBS[act] for act in acts)} more often than {BARE[other]}"


def _joined(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)}{' and ' if most else ''}{last}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def issue_name(code: str) -> str:
    """An issue as figures call it."""
    issues = codebook().issues
    return issues[code].name if issues[code].proposition else f"None of the {len(issues) - 1} issues"


def period_name(period: str) -> str:
    """A month, or the first and the last of those joined: "Dec 2021–Feb 2022"."""
    return "–".join(date(int(month[:4]), int(month[5:7]), 1).strftime("%b %Y") for month in period.split(" to "))


def sizes(rows: pd.DataFrame) -> str:
    """How many statements of each side there are."""
    found = _counts(rows)
    return f"{found['US']:,} US and {found['RUS']:,} Russian statements"


def dated(rows: pd.DataFrame, over_all: pd.DataFrame) -> str:
    """How many statements of each side the periods of `rows` hold, and how many of all have no date."""
    together = rows.groupby(["side", "act"])["n_statements"].sum().reset_index()
    without = sum(_counts(over_all).values()) - sum(_counts(together).values())
    return sizes(together) + (f"; {without:,} without a date are left out" if without else "")


def _counts(rows: pd.DataFrame) -> dict[str, int]:
    return {side: int(rows.loc[rows["side"] == side, "n_statements"].max()) for side in COMPARED}


def note(rows: pd.DataFrame, codes: int, *, interval: str = "Wilson", marks: str = "Lines: 95% and, thick,") -> str:
    """What the `marks` are, what the interval is for, and what is not shown; `codes` were drawn in all. `interval` names the kind that
    statements coded by hand have, or is empty where none is drawn."""
    methods = set(rows["method"])
    hand = next((method for method in methods if method.startswith(BY_HAND)), "")
    if hand:
        told = f"Dots: exact share. {marks} 50% interval ({interval}) for statements like these. " if interval else ""
        return f"{told}Every statement was read and coded by: {hand.removeprefix(BY_HAND).strip(' ()')}."
    corrected = next((method for method in methods if method.startswith(CORRECTED)), "")
    if corrected:
        told = f"{marks} 50% interval for this corpus. " if interval else ""
        few = f" Too few codes: the classifier lets expect under {LEAST_CODES} in all, or under {LEAST_EXPECTED} of what is counted."
        hidden = few if (rows["method"] != corrected).any() else ""
        coders = corrected.removeprefix(CORRECTED)[2:-1]
        by = f" and read by: {coders}" if coders else ""
        return f"{told}Classifier's count, corrected by {codes:,} codes of statements drawn at random from these documents{by}.{hidden}"
    if methods == {UNCORRECTED} and not interval:
        return "Classifier's count, uncorrected."
    if methods == {UNCORRECTED}:
        return "Hollow dots: classifier's count, uncorrected. Its error in these documents is not known, so there is no interval."
    return "Too few codes were drawn from these documents to show a share."


def undrawn(rows: pd.DataFrame, present: list[str]) -> str:
    """How many issues are spoken of and not drawn for want of codes, or empty."""
    spoken = set(rows.loc[rows["n_statements" if "stance" in rows else "n"] > 0, "issue"]) - {NO_ISSUE}
    left = len(spoken - set(present))
    return f"{left} issue{'s' if left > 1 else ''} with too few codes not drawn. " if left else ""


def propositions(issues: list[str]) -> str:
    """What statements on each of `issues` are in favour of, or against, and where each side means another thing by it."""
    found = {code: codebook().issues[code] for code in issues if codebook().issues[code].proposition}
    told = " ".join(f"{issue.name}: “{issue.proposition}”" for issue in found.values())
    relative = [issue.name for issue in found.values() if issue.relative]
    return told + (f" By {_joined(relative)} each side means its own: not to be compared." if relative else "")


def alt(what: str, rows: pd.DataFrame, title: str, most: int = 1) -> str:
    """Alt text: chart type and data, the title, and the `most` largest values of each side with their intervals."""
    sides = rows[rows["side"].isin(COMPARED) & rows["share"].notna()]
    sides = sides[sides["act"] != "other"] if "act" in sides else sides
    values = "; ".join(
        _value(row)
        for side in COMPARED
        for row in sides[sides["side"] == side].sort_values("share", ascending=False, kind="stable").head(most).to_dict("records")
        if row["n_statements"]
    )
    return f"{what}, titled “{title}”. {'Values' if most > 1 else 'Highest'}: {values or 'none'}."


def _value(row: dict[str, Any]) -> str:
    names = [row[name] for name in ("act", "stance", "period") if row.get(name)]
    if row.get("issue"):
        names.insert(1 if row.get("act") else 0, f"on {issue_name(row['issue'])}")
    return f"{SIDE_LABELS[row['side']]}, {', '.join(names)}: {_with_interval(row, percent)}"


def gap_of(row: dict[str, Any]) -> str:
    """A difference in points with its interval."""
    return _with_interval(row, points)


def _with_interval(row: dict[str, Any], written: Callable[[float, float], str]) -> str:
    width = row["high"] - row["low"]
    value, *limits = (written(row[name], width) for name in ("share", "low", "high"))
    return value if np.isnan(width) else f"{value} (95% interval {' to '.join(limits)})"


def _most_first(names: pd.Series) -> list[str]:
    """Each name once, the most frequent first, those alike by alphabet."""
    return names.value_counts().sort_index().sort_values(ascending=False, kind="stable").index.tolist()


def source_line(documents: pd.DataFrame, about: str = "") -> str:
    """What the texts are, as the user puts it, and outlets and dates of the documents; files that name no outlet are called by their own
    name."""
    names = documents["outlet"].where(documents["outlet"] != "", documents.get("source", ""))
    outlets = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in _most_first(names[names != ""])]
    shown = "; ".join(outlets[:3]) + (f" and {len(outlets) - 3} more" if len(outlets) > 3 else "")
    dates = sorted(when for when in set(documents["published"]) if DATE.fullmatch(when))
    undated = int((~documents["published"].isin(dates)).sum())
    when = f", {dates[0]} to {dates[-1]}" if len(dates) > 1 else f", {dates[0]}" if dates else ", undated"
    count = f"{len(documents)} document{'s' if len(documents) != 1 else ''}" + (f", {undated} undated" if dates and undated else "")
    told = f"Texts: {about.rstrip('.')}. " if about else ""
    return f"{told}Source: {shown}{when} ({count}); stance."
