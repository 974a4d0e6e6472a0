"""The page: each number leads to its statements, hostile text stays text, and nothing is fetched."""

from html.parser import HTMLParser

import pandas as pd
import pytest

from frames import MIXED, coded, documents, predictions
from stance.chart import chart
from stance.estimate import estimate
from stance.figstyle import PHONE, WIDE
from stance.params import Estimate, Report
from stance.records import CODED, empty
from stance.report import report

HOSTILE = "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>"


class Page(HTMLParser):
    """Ids, fragment links, loaded addresses and marked words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.loaded: list[str] = []
        self.tags: set[str] = set()
        self.alts: list[str] = []
        self.marked: list[str] = []
        self._in_mark = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        self._in_mark = tag == "mark"
        if values.get("id"):
            self.ids.add(str(values["id"]))
        if str(values.get("href", "")).startswith("#"):
            self.links.add(str(values["href"])[1:])
        self.loaded += [
            str(values[name]) for name in ("src", "href", "srcset") if name in values and not str(values[name]).startswith(("#", "data:"))
        ]
        if tag == "img":
            self.alts.append(str(values.get("alt", "")))

    def handle_data(self, data: str) -> None:
        if self._in_mark:
            self.marked.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = False


def page(by_hand: bool = True, shift: float = 0.0, labels: pd.DataFrame | None = None, **fields: object) -> str:
    frame = predictions(MIXED)
    texts = documents(**fields)
    drawn = pd.DataFrame() if labels is None else labels
    found = estimate(frame, coded(frame) if by_hand else empty(CODED), drawn, texts, params=Estimate())
    figures = chart(found.shares, found.positions, found.conditions, found.flows, texts, {})
    svgs = {(f.name, f.size): f.render("svg").decode() for f in figures}
    drawn = [{"name": f.name, "alt": f.alt, "svg": svgs[f.name, WIDE], "phone": svgs[f.name, PHONE]} for f in figures if f.size == WIDE]
    counts = {"ingest": {"documents": 1, "set_aside": {}}, "extract": {"left_out": {"repeated in the document": 2}}}
    counts["predict"] = {"drift": {"known": shift, "confidence": 0.01}}
    return report(drawn, found.shares, found.counted, texts, counts, params=Report(context=30))


@pytest.mark.parametrize("by_hand", [True, False])
def test_every_number_leads_to_its_statements(by_hand: bool) -> None:
    html = Page(page(by_hand))
    assert html.links and html.links <= html.ids
    assert sum(name.startswith("s-") for name in html.ids) == len(MIXED)
    assert len(html.marked) == len(MIXED)
    assert html.marked[0].startswith("Sentence number")


def test_a_code_without_an_issue_says_so() -> None:
    drawn = predictions(MIXED).head(2)[["statement_id", "act"]].assign(pi=0.5)
    assert page(labels=drawn).count("issue not coded · stance: not coded") == 2


def test_nothing_is_fetched_and_nothing_runs() -> None:
    html = Page(page())
    assert html.loaded == []
    assert "script" not in html.tags


def test_hostile_text_stays_text() -> None:
    text = HOSTILE + documents()["text"][0][len(HOSTILE) :]
    html = page(text=text, title=HOSTILE, outlet=HOSTILE)
    found = Page(html)
    assert "script" not in found.tags and found.loaded == []
    assert "&lt;script&gt;" in html


def test_uncorrected_counts_carry_a_warning() -> None:
    assert "uncorrected" in page(by_hand=False) and "not known" in page(by_hand=False)
    assert "These shares are a classifier" not in page(by_hand=True)


def test_a_narrow_screen_gets_the_narrow_figure() -> None:
    assert page().count('<source media="(max-width: 40rem)"') == 6


def test_figures_have_alt_text() -> None:
    assert all(len(alt) > 40 for alt in Page(page()).alts) and len(Page(page()).alts) == 6


def test_what_was_left_out_is_told() -> None:
    assert "repeated in the document: 2" in page()


def test_statements_unlike_the_training_ones_are_told() -> None:
    assert "unlike the training statements" not in page()
    assert "Number of words that training knows: unlike the training statements (stability index 0.70" in page(shift=0.7)
