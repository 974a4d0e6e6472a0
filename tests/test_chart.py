"""The contract of STYLE: titles no stronger than the intervals, words, colours, contrast, and the same bytes each time."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from frames import MIXED, coded, documents, predictions
from stance import figstyle
from stance.cells import NOT_SHOWN
from stance.chart import WHO, chart
from stance.codebook import ACTS, COMPARED, DIFFERENCE
from stance.estimate import Estimates, estimate
from stance.figstyle import WIDE, Figure, Size
from stance.params import Estimate
from stance.plots import bands
from stance.records import CODED, PREDICTIONS, empty
from stance.titles import (
    acts_title,
    dated,
    difference_title,
    flows_title,
    issues_title,
    months_title,
    period_name,
    positions_title,
    source_line,
    undrawn,
)

PLACES = {"UKR": "Ukraine"}
FEW = [("US", "warning", "iran"), ("RUS", "demand", "iran"), ("RUS", "other", "iran")]
CASES = {
    "by hand, clear gap": (MIXED, True),
    "by hand, no clear gap": (FEW, True),
    "uncorrected": (MIXED, False),
    "one side only": (MIXED[:12], True),
    "every issue": (
        [("US", act, issue) for act in ACTS for issue in ("iran", "energy", "sanctions", "cyber_elections")] * 3 + MIXED,
        True,
    ),
    "none": ([], False),
}
DRAWN = "drawn codes, several months"


def estimates(codes: list[tuple[str, str, str]], by_hand: bool) -> Estimates:
    frame = predictions(codes) if codes else empty(PREDICTIONS)
    return estimate(frame, coded(frame) if by_hand and codes else empty(CODED), pd.DataFrame(), documents(), params=Estimate())


@cache
def drawn() -> tuple[Estimates, pd.DataFrame]:
    """Statements of twelve months of which a part was coded: Russia demands, the US reassures."""
    rng = np.random.default_rng(3)
    acts = {"US": [0.1, 0.4, 0.05, 0.45], "RUS": [0.1, 0.05, 0.4, 0.45]}
    codes = [(side, str(rng.choice(ACTS, p=acts[side])), str(rng.choice(["iran", "energy"]))) for side in COMPARED for _ in range(900)]
    frame = predictions(codes)
    frame["doc_id"] = [f"d{n % 24}" for n in range(len(frame))]
    frame["stance"] = np.where(rng.random(len(frame)) < np.where(frame["side"] == "US", 0.7, 0.3), "favour", "against")
    labels = frame.sample(600, random_state=5)[["statement_id", "act", "issue", "stance"]].assign(pi=600 / len(frame), coder="anna")
    labels.loc[rng.random(600) < 0.1, "act"] = "other"
    dated = pd.concat([documents(doc_id=f"d{n}", published=f"2022-{1 + n // 2:02d}-10") for n in range(24)], ignore_index=True)
    return estimate(frame, empty(CODED), labels, dated, params=Estimate()), dated


def tables(case: str) -> tuple[Estimates, pd.DataFrame]:
    return drawn() if case == DRAWN else (estimates(*CASES[case]), documents())


def figures(case: str) -> list[Figure]:
    found, texts = tables(case)
    return chart(found.shares, found.positions, found.conditions, found.flows, texts, PLACES)


@pytest.mark.parametrize("case", [*CASES, DRAWN])
def test_words_of_every_figure(case: str) -> None:
    for figure in figures(case):
        assert figure.title and len(figure.title.split()) <= 12
        assert figure.subtitle.endswith(".") and figure.alt.endswith(".") and figure.note.endswith(".")
        assert "Source: d1.txt" in "".join(text.get_text() for text in figure.canvas.texts)


def test_figures_come_in_the_order_of_the_report_where_there_is_something_to_draw() -> None:
    for size in figstyle.SIZES:
        names = {case: [figure.name for figure in figures(case) if figure.size == size] for case in (DRAWN, "by hand, clear gap", "none")}
        assert names[DRAWN] == figstyle.FIGURES
        assert names["by hand, clear gap"] == [name for name in figstyle.FIGURES if name != "months"]
        assert names["none"] == ["acts", "difference", "flows"]


def test_stances_are_drawn_where_one_for_or_against_is_shown() -> None:
    found, texts = tables(DRAWN)
    stands = found.positions["stance"] != "unclear"
    hidden = found.positions.assign(share=found.positions["share"].mask(stands), method=found.positions["method"].mask(stands, NOT_SHOWN))
    assert "positions" not in [figure.name for figure in chart(found.shares, hidden, None, None, texts, {})]


def test_a_narrow_figure_says_the_same() -> None:
    wide, narrow = ([figure for figure in figures(DRAWN) if figure.size == size] for size in figstyle.SIZES)
    for one, other in zip(wide, narrow, strict=True):
        assert (one.name, one.title, one.subtitle, one.note, one.alt) == (other.name, other.title, other.subtitle, other.note, other.alt)
        assert one.rows.equals(other.rows) and other.canvas.get_figwidth() * figstyle.DPI == 540


@pytest.mark.parametrize("case", [*CASES, DRAWN])
def test_all_text_lies_on_the_page_and_there_is_no_legend(case: str) -> None:
    for figure in figures(case):
        with figstyle.style():
            figure.canvas.draw_without_rendering()
        page = figure.canvas.bbox
        for text in figure.canvas.texts:
            assert text.get_window_extent(figure.canvas._get_renderer()).x1 <= page.x1 - figstyle.MARGIN + 3, text.get_text()
        texts = [
            *figure.canvas.texts,
            *(text for axes in figure.canvas.axes for text in [*axes.texts, axes.title, *axes.get_yticklabels(), *axes.get_xticklabels()]),
        ]
        for text in texts:
            if text.get_text().strip():
                box = text.get_window_extent(figure.canvas._get_renderer())
                assert page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1, text.get_text()
                assert page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1, text.get_text()
        for axes in figure.canvas.axes:
            names = [name.get_window_extent() for name in axes.get_yticklabels() if name.get_text()]
            assert not any(text.get_window_extent().overlaps(name) for text in axes.texts for name in names), figure.name
        assert not any(axes.get_legend() for axes in figure.canvas.axes)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_two_renders_are_the_same_bytes(kind: str) -> None:
    one, two = (figures(DRAWN) for _ in range(2))
    assert [figure.render(kind) for figure in one] == [figure.render(kind) for figure in two]


def test_svg_keeps_text_as_text() -> None:
    svg = figures("by hand, clear gap")[0].render("svg").decode()
    assert ">Warning<" in svg and "<dc:date>" not in svg


@pytest.mark.parametrize("size", figstyle.SIZES, ids=["wide", "phone"])
@pytest.mark.parametrize("name", ["acts", "difference", "issues", "positions", "conditions"])
def test_csv_rows_are_the_drawn_points(name: str, size: Size) -> None:
    figure = next(figure for figure in figures(DRAWN) if figure.name == name and figure.size == size)
    marks = [line for axes in figure.canvas.axes for line in axes.lines if line.get_marker() in ("o", "D", "s")]
    points = sorted(round(float(line.get_xdata()[0]), 6) for line in marks)
    assert points == sorted(round(100 * share, 6) for share in figure.rows["share"].dropna())


def test_csv_rows_are_the_points_and_bands_over_time() -> None:
    figure = next(figure for figure in figures(DRAWN) if figure.name == "months")
    lines = [
        line
        for axes in figure.canvas.axes
        for line in axes.lines
        if line.get_marker() in ("o", "D") and line.get_markerfacecolor() != "white"
    ]
    points = sorted(round(float(y), 6) for line in lines for y in line.get_ydata())
    assert points == sorted(round(100 * share, 6) for share in figure.rows["share"].dropna())
    assert all(len(axes.collections) == 4 for axes in figure.canvas.axes)


def test_months_tell_how_many_statements_have_a_date() -> None:
    """Their numbers are of the months drawn, whatever all periods together hold."""
    rows = pd.DataFrame(
        [("US", "warning", 3), ("US", "other", 3), ("RUS", "warning", 2), ("RUS", "other", 2)], columns=["side", "act", "n_statements"]
    )
    months, over_all = pd.concat([rows, rows]), rows.assign(n_statements=[10, 10, 4, 4])
    assert dated(months, over_all) == "6 US and 4 Russian statements; 4 without a date are left out"
    assert dated(months, rows.assign(n_statements=[6, 6, 4, 4])) == "6 US and 4 Russian statements"


def test_every_drawn_interval_is_nested() -> None:
    for figure in figures(DRAWN):
        if "low" in figure.rows:
            known = figure.rows.dropna(subset=["low"])
            assert ((known["low"] <= known["low_50"]) & (known["low_50"] <= known["high_50"]) & (known["high_50"] <= known["high"])).all()
            assert (known["n_labelled"] > 0).all()


def test_title_says_a_finding_only_when_the_intervals_do_not_meet() -> None:
    clear, unclear, uncorrected = (estimates(*CASES[c]).shares for c in ("by hand, clear gap", "by hand, no clear gap", "uncorrected"))
    over_all = [rows[rows["issue"] == ""] for rows in (clear, unclear, uncorrected)]
    assert acts_title(over_all[0]) == difference_title(over_all[0]) == "Russia demands more, the US warns more"
    assert acts_title(over_all[1]) == "No clear gap between the US and Russia by act"
    assert "uncorrected" in acts_title(over_all[2])


def test_a_title_names_both_directions() -> None:
    rows = gaps(("warning", -0.1, -0.2, -0.05, 0.01), ("reassurance", -0.2, -0.3, -0.1, 0.01), ("demand", 0.1, 0.05, 0.2, 0.01))
    assert acts_title(rows) == difference_title(rows) == "The US reassures and warns more, Russia demands more"


def test_periods_in_which_a_side_is_not_shown_are_not_counted() -> None:
    rows = gaps(("warning", 0.2, 0.1, 0.3, 0.01))
    hidden = rows.assign(period="2022-02", share=np.nan, low=np.nan, high=np.nan, q=np.nan)
    assert months_title(pd.concat([rows, hidden])) == "Russia warns more often than the US in the one period compared"


@pytest.mark.parametrize(
    ("issue", "low", "title"),
    [
        pytest.param("military_posture", 0.1, "Too few codes to compare the sides by stance", id="each side means other forces"),
        pytest.param("sanctions", 0.1, "Sanctions, the one issue compared: the sides differ in their stances", id="clear"),
        pytest.param("sanctions", -0.1, "Sanctions, the one issue compared: no clear gap in stances", id="not clear"),
    ],
)
def test_a_title_compares_stances_where_the_proposition_is_the_same(issue: str, low: float, title: str) -> None:
    rows = gaps(("other", 0.2, low, 0.3, 0.01)).assign(issue=issue, stance="favour")
    assert positions_title(rows) == title


def test_issues_that_are_spoken_of_and_not_drawn_are_counted() -> None:
    rows = pd.DataFrame({"issue": ["iran", "energy", "sanctions", "none_other"], "n": [3, 1, 0, 9]})
    assert undrawn(rows, ["iran"]) == "1 issue with too few codes not drawn. " and undrawn(rows, ["iran", "energy"]) == ""


def test_a_period_alone_has_its_interval_as_lines() -> None:
    numbers = pd.DataFrame({"side": "US", "period": ["2022-01", "2022-02", "2022-03"], "share": [np.nan, 0.2, np.nan]})
    numbers = numbers.assign(
        method=np.where(numbers["share"].isna(), NOT_SHOWN, "codes"), low=numbers["share"] - 0.1, high=numbers["share"] + 0.1
    )
    numbers = numbers.assign(low_50=numbers["share"] - 0.05, high_50=numbers["share"] + 0.05)
    with figstyle.style():
        axes = figstyle.frame(WIDE, 300, "Title", "Subtitle.", "Note.", "Source.").axes(60, 85)
        bands(axes, numbers, ["2022-01", "2022-02", "2022-03"], np.arange(3.0), names=["US"])
    upright = [line.get_ydata().round(6).tolist() for line in axes.lines if len(line.get_xdata()) == 2 and np.ptp(line.get_xdata()) == 0]
    assert upright == [[10, 30], [15, 25]] and [text.get_text() for text in axes.texts] == ["US", "Too few codes: US 2 of 3 periods"]


def test_swapping_the_sides_swaps_the_title() -> None:
    other = {"US": "RUS", "RUS": "US"}
    rows = estimates([(other[side], act, issue) for side, act, issue in MIXED], True).shares
    assert acts_title(rows[rows["issue"] == ""]) == "The US demands more, Russia warns more"


def test_titles_of_drawn_codes() -> None:
    by_name = {figure.name: figure.title for figure in figures(DRAWN)}
    assert by_name["acts"] == by_name["difference"]
    assert "Russia demands " in by_name["acts"] and "US reassures " in by_name["acts"]
    assert " more often than " in by_name["months"] or by_name["months"] == "No clear gap between the sides in any period"
    assert by_name["positions"] == "The sides' stances differ most, of 2 issues, on Energy"


def gaps(*rows: tuple[str, float, float, float, float]) -> pd.DataFrame:
    """Differences (act, share, low, high, q) between rows of both sides."""
    frame = pd.DataFrame(rows, columns=["act", "share", "low", "high", "q"]).assign(side=DIFFERENCE, issue="iran", period="2022-01")
    sides = [frame.assign(side=side, q=float("nan")) for side in COMPARED]
    return pd.concat([*sides, frame], ignore_index=True).assign(n_statements=100, method="codes", n_documents=1)


@pytest.mark.parametrize("title", [acts_title, difference_title, issues_title, months_title])
def test_a_gap_that_is_one_of_many_needs_its_q_value(title: Callable[[pd.DataFrame], str]) -> None:
    assert "often" in title(gaps(("warning", 0.2, 0.1, 0.3, 0.01)))
    for unclear in (("warning", 0.2, 0.1, 0.3, 0.2), ("warning", 0.2, -0.1, 0.3, 0.01), ("other", 0.2, 0.1, 0.3, 0.01)):
        assert "often" not in title(gaps(unclear))


def test_uncorrected_counts_have_no_interval_lines() -> None:
    axes = figures("uncorrected")[0].canvas.axes[0]
    assert all(len(line.get_xdata()) == 1 for line in axes.lines)
    assert all(line.get_markerfacecolor() == "white" for line in axes.lines)


def test_most_frequent_addressee_is_named_only_when_it_is_one() -> None:
    level = pd.DataFrame({"side": ["US", "US", "RUS"], "addressee": ["Iran", "Ukraine", "Iran"], "act": ["other"] * 3, "n": [2, 2, 1]})
    nobody = WHO["unspecified"]
    assert flows_title(level, nobody) == "Who says what to whom"
    assert flows_title(level.assign(n=[3, 2, 1]), nobody) == "Both sides address Iran most often"


def test_source_line_is_built_from_the_documents() -> None:
    two = pd.concat([documents(outlet="The Valley Post"), documents(doc_id="d2", outlet="Hill News", published="2022-02-01")])
    assert source_line(two) == "Source: Hill News; The Valley Post, 2022-01-21 to 2022-02-01 (2 documents); stance."
    assert "undated" in source_line(documents(published=""))
    assert source_line(two, "Two papers.").startswith("Texts: Two papers. Source: Hill News;")


def test_a_source_line_is_short_and_dates_are_dates() -> None:
    texts = pd.concat(
        [
            documents(doc_id=f"d{n}", outlet=outlet, published=when)
            for n, (outlet, when) in enumerate([("B", "2022-01"), ("W" * 200, "n.d."), ("A", "garbage"), ("B", "2021-12-03")])
        ]
    )
    assert source_line(texts) == f"Source: B; A; {'W' * 59}…, 2021-12-03 to 2022-01 (4 documents, 2 undated); stance."


def test_acts_without_a_cell_have_no_panel_over_time() -> None:
    found, texts = tables(DRAWN)
    hidden = found.shares["act"].eq("demand") & found.shares["period"].ne("")
    shares = found.shares.assign(share=found.shares["share"].mask(hidden), method=found.shares["method"].mask(hidden, NOT_SHOWN))
    figure = next(figure for figure in chart(shares, found.positions, None, None, texts, {}) if figure.name == "months")
    assert len(figure.canvas.axes) == 2 and figure.note.startswith("Demands: too few codes in every period. ")


def test_a_dollar_is_no_formula() -> None:
    found, _ = tables(DRAWN)
    figure = chart(found.shares, found.positions, None, None, documents(outlet=r"A $\bad$ B"), {})[0]
    assert r"A $\bad$ B" in figure.render("svg").decode()


def test_periods_have_names() -> None:
    assert [period_name(period) for period in ("2022-03", "2021-12 to 2022-02")] == ["Mar 2022", "Dec 2021–Feb 2022"]


@pytest.mark.parametrize("size", figstyle.SIZES, ids=["wide", "phone"])
def test_labels_of_wide_intervals_and_many_statements_stay_on_the_page(size: Size) -> None:
    numbers = {"share": 0.066, "low": 0.05, "high": 0.0798, "low_50": 0.06, "high_50": 0.07, "n_statements": 123_456, "n_labelled": 12_345}
    found, texts = tables(DRAWN)
    shares = found.shares.assign(**{name: found.shares[name].where(found.shares["share"].isna(), value) for name, value in numbers.items()})
    figure = next(figure for figure in chart(shares, found.positions, None, None, texts, {}) if figure.size == size)
    with figstyle.style():
        figure.canvas.draw_without_rendering()
    ends = [text.get_window_extent(figure.canvas._get_renderer()).x1 for axes in figure.canvas.axes for text in axes.texts]
    assert len(ends) == 6 and max(ends) <= figure.canvas.bbox.x1


def test_acts_without_a_cell_are_left_out_of_the_issues_and_told() -> None:
    found, texts = tables(DRAWN)
    hidden = found.shares["act"].eq("demand") & found.shares["issue"].ne("")
    shares = found.shares.assign(share=found.shares["share"].mask(hidden), method=found.shares["method"].mask(hidden, NOT_SHOWN))
    figure = next(figure for figure in chart(shares, found.positions, None, None, texts, {}) if figure.name == "issues")
    assert [axes.get_title(loc="left") for axes in figure.canvas.axes] == ["Warning", "Reassurance"]
    assert figure.note.startswith("Demands: too few codes on every issue. ")


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str) -> float:
    """Contrast with white by WCAG 2.1."""
    return 1.05 / (luminance(colour) + 0.05)


def test_contrast_of_graphics_and_text() -> None:
    assert all(contrast(colour) >= 3 for colour in figstyle.SIDE_COLOURS.values())
    assert all(contrast(colour) >= 4.5 for colour in [*figstyle.SIDE_TEXT.values(), figstyle.INK, figstyle.QUIET])


def test_sides_differ_by_shape_as_well() -> None:
    assert len(set(figstyle.SIDE_MARKERS.values())) == 2
