"""The contract of STYLE: titles no stronger than the intervals, words, colours, contrast, and the same bytes each time."""

import pandas as pd
import pytest

from frames import MIXED, coded, documents, predictions
from stance import figstyle
from stance.chart import acts_title, chart, flows_title, source_line
from stance.codebook import ACTS
from stance.estimate import Estimates, estimate
from stance.figstyle import Figure
from stance.params import Estimate
from stance.records import CODED, PREDICTIONS, empty

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


def estimates(codes: list[tuple[str, str, str]], by_hand: bool) -> Estimates:
    frame = predictions(codes) if codes else empty(PREDICTIONS)
    return estimate(frame, coded(frame) if by_hand and codes else empty(CODED), params=Estimate())


def figures(case: str) -> list[Figure]:
    found = estimates(*CASES[case])
    return chart(found.shares, found.flows, documents(), PLACES)


@pytest.mark.parametrize("case", CASES)
def test_words_of_every_figure(case: str) -> None:
    drawn = figures(case)
    assert [figure.name for figure in drawn] == figstyle.FIGURES
    for figure in drawn:
        assert figure.title and len(figure.title.split()) <= 14
        assert figure.subtitle.endswith(".") and figure.alt.endswith(".") and figure.note.endswith(".")
        assert "Source: d1.txt" in "".join(text.get_text() for text in figure.canvas.texts)


@pytest.mark.parametrize("case", CASES)
def test_all_text_lies_on_the_page_and_there_is_no_legend(case: str) -> None:
    for figure in figures(case):
        with figstyle.style():
            figure.canvas.draw_without_rendering()
        page = figure.canvas.bbox
        texts = [
            *figure.canvas.texts,
            *(text for axes in figure.canvas.axes for text in [*axes.texts, axes.title, *axes.get_yticklabels()]),
        ]
        for text in texts:
            if text.get_text().strip():
                box = text.get_window_extent(figure.canvas._get_renderer())
                assert page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1, text.get_text()
                assert page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1, text.get_text()
        assert not any(axes.get_legend() for axes in figure.canvas.axes)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_two_renders_are_the_same_bytes(kind: str) -> None:
    one, two = (figures("by hand, clear gap") for _ in range(2))
    assert [figure.render(kind) for figure in one] == [figure.render(kind) for figure in two]


def test_svg_keeps_text_as_text() -> None:
    svg = figures("by hand, clear gap")[0].render("svg").decode()
    assert ">Warning<" in svg and "<dc:date>" not in svg


def test_csv_rows_are_the_drawn_points() -> None:
    figure = figures("by hand, clear gap")[0]
    drawn = sorted(round(line.get_xdata()[0], 6) for line in figure.canvas.axes[0].lines if line.get_marker() in ("o", "D"))
    assert drawn == sorted(round(100 * share, 6) for share in figure.rows["share"])


def test_title_says_a_finding_only_when_the_intervals_do_not_meet() -> None:
    clear, unclear, uncorrected = (estimates(*CASES[c]).shares for c in ("by hand, clear gap", "by hand, no clear gap", "uncorrected"))
    over_all = [rows[rows["issue"] == ""] for rows in (clear, unclear, uncorrected)]
    assert acts_title(over_all[0]) == "Russia makes a larger share of demands than the US"
    assert acts_title(over_all[1]) == "No clear gap between the US and Russia by act"
    assert "uncorrected" in acts_title(over_all[2])


def test_swapping_the_sides_swaps_the_title() -> None:
    other = {"US": "RUS", "RUS": "US"}
    rows = estimates([(other[side], act, issue) for side, act, issue in MIXED], True).shares
    assert acts_title(rows[rows["issue"] == ""]) == "The US makes a larger share of demands than Russia"


def test_uncorrected_counts_have_no_interval_lines() -> None:
    axes = figures("uncorrected")[0].canvas.axes[0]
    assert all(len(line.get_xdata()) == 1 for line in axes.lines)
    assert all(line.get_markerfacecolor() == "white" for line in axes.lines)


def test_most_frequent_addressee_is_named_only_when_it_is_one() -> None:
    level = pd.DataFrame({"side": ["US", "US", "RUS"], "addressee": ["Iran", "Ukraine", "Iran"], "act": ["other"] * 3, "n": [2, 2, 1]})
    assert flows_title(level) == "Who says what to whom"
    assert flows_title(level.assign(n=[3, 2, 1])) == "Both sides address Iran most often"


def test_source_line_is_built_from_the_documents() -> None:
    two = pd.concat([documents(outlet="The Valley Post"), documents(doc_id="d2", outlet="Hill News", published="2022-02-01")])
    assert source_line(two) == "Source: Hill News; The Valley Post, 2022-01-21 to 2022-02-01 (2 documents); stance."
    assert "undated" in source_line(documents(published=""))


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
