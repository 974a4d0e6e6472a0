"""Attribution: layout of a parse, brat files, training on a small invented corpus, and texts that could break it."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from stance.attribution import brat
from stance.attribution.grammar import Grammar
from stance.attribution.model import Attribution, find, read_weights
from stance.attribution.reader import Reader
from stance.attribution.scoring import Gold, agreement, overlap
from stance.cli import app
from stance.errors import StanceError
from stance.text import paragraphs

runner = CliRunner()


def read(text: str, reader: Reader) -> tuple[Grammar, list[Attribution]]:
    return reader.read(text, paragraphs(text))


def words(text: str, g: Grammar, found: Attribution) -> tuple[str, str, str]:
    """Cue, head of the source and content."""
    head = "" if found.head is None else text[g.start[found.head] : g.end[found.head]]
    return text[g.start[found.cue] : g.end[found.cue]], head, " ".join(text[g.start[i] : g.end[i]] for i in found.content)


FOUND = [
    ("“We will wait,” the envoy said.", ("said", "envoy", "“ We will wait , ”")),
    ("The envoy said that the boats would wait.", ("said", "envoy", "that the boats would wait")),
    ("The boats would wait, according to the envoy.", ("according", "envoy", "The boats would wait")),
    ("The envoy wants the boats to wait.", ("wants", "envoy", "the boats to wait")),
    ("The envoy fears that the boats will leave.", ("fears", "envoy", "that the boats will leave")),
    ("“We will wait,” the envoy said. “But not for long.”", ("said", "envoy", "“ We will wait , ” “ But not for long . ”")),
    ("“We will wait,” the envoy said, “but not for long.”", ("said", "envoy", "“ We will wait , ” “ but not for long . ”")),
    ("''We will wait,'' the envoy said.", ("said", "envoy", "'' We will wait , ''")),
    ("„We will wait“, the envoy said.", ("said", "envoy", "„ We will wait “")),
]


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[row[0] for row in FOUND])
def test_find(text: str, expected: tuple[str, str, str], reader: Reader) -> None:
    grammar, found = read(text, reader)
    assert [words(text, grammar, one) for one in found] == [expected]


HEADERS = """Part of the debate:

ALPHA: The boats will wait.

BETA: They will not. Nobody has told them.

ALPHA: They know.
"""


def test_names_before_a_colon_speak(reader: Reader) -> None:
    grammar, found = read(HEADERS, reader)
    spoken = [words(HEADERS, grammar, one) for one in found]
    assert [(who, what.split()[0]) for _, who, what in spoken] == [("ALPHA", "The"), ("BETA", "They"), ("ALPHA", "They")]


def test_a_signature_speaks(reader: Reader) -> None:
    text = "“The boats will wait, and nobody knows why.” ― Ned Nobody\n\n“They left.”― Ada Nobody\n"
    grammar, found = read(text, reader)
    assert [words(text, grammar, one)[1] for one in found] == ["Nobody", "Nobody"]
    assert [len({int(grammar.paragraph[i]) for i in one.content}) for one in found] == [1, 1]


@pytest.mark.parametrize("text", ["The boats left at noon.", "", "   \n\n ", "“"])
def test_nothing_to_find(text: str, reader: Reader) -> None:
    assert read(text, reader)[1] == []


PIECES = [
    "the envoy said",
    "“",
    "”",
    '"',
    "''",
    "``",
    "„",
    "«",
    "‘",
    "’",
    "that",
    "We will go.",
    "\n",
    "\n\n",
    ",",
    "according to",
    ":",
    "who wants",
]


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=40))
def test_any_text_is_read(pieces: list[str], reader: Reader) -> None:
    text = " ".join(pieces)
    grammar, found = read(text, reader)
    taken = [i for one in found for i in one.content]
    assert len(taken) == len(set(taken))
    assert all(0 <= i < len(grammar) for i in taken)
    assert (grammar.start < grammar.end).all() and (np.diff(grammar.start) > 0).all()


def test_a_long_text_takes_time_in_proportion(reader: Reader) -> None:
    """Work is counted, not timed: pairs of cue and token per token stay bounded without paragraphs, full stops or closing marks."""
    from stance.attribution.model import token_scores
    from stance.attribution.proposals import content_pairs, likely

    for sentence in (
        "The envoy said that the boats would wait. ",
        "the envoy said that the boats would wait and ",
        "“We will wait and see. ",
    ):
        text = sentence * 2000
        grammar = reader.parser(text, paragraphs(text))
        scores = token_scores(grammar, reader.weights)
        pairs = content_pairs(grammar, scores, likely(grammar, scores))
        assert len(pairs.cue) < 60 * len(grammar)
        find(grammar, reader.weights)


def test_a_stray_mark_does_not_swallow_an_article_without_paragraphs(reader: Reader) -> None:
    text = "“" + "The envoy said that the boats would wait. " * 100
    assert len(read(text, reader)[1]) > 90


def test_a_grammar_has_trees_within_sentences(reader: Reader) -> None:
    grammar = read("The envoy, who had come by boat, said no.\n\nNobody answered him.", reader)[0]
    left, right = grammar.edges
    assert (left <= np.arange(len(grammar))).all() and (right >= np.arange(len(grammar))).all()
    assert (grammar.first <= left).all() and (right <= grammar.last).all()
    assert (grammar.sentence[grammar.head] == grammar.sentence).all()


TEXT = "“We will wait,” the envoy said.\nThe boats left.\n"
MARKS = (
    "T1\tSource 16 25\tthe envoy\nT2\tCue 26 30\tsaid\nE1\tAttribution:T2 Source:T1 Cue:T2 Content:T3\nT3\tContent 0 15\t“We will wait,”\n"
)


def test_brat_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.ann").write_text(MARKS, encoding="utf-8")
    (tmp_path / "no-marks.txt").write_text(TEXT, encoding="utf-8")
    [text] = brat.read_folder(tmp_path)
    [found] = text.attributions
    assert [TEXT[s.start : s.end] for s in (*found.source, *found.cue, *found.content)] == ["the envoy", "said", "“We will wait,”"]


BAD = [
    pytest.param("T1\tCue 26 99\tsaid\n", "span outside the text", id="outside"),
    pytest.param("T1\tCue x y\tsaid\n", "invalid literal", id="no number"),
    pytest.param("E1\tAttribution:T9 Cue:T9\n", "T9", id="unknown key"),
]


@pytest.mark.parametrize(("marks", "reason"), BAD)
def test_bad_marks_are_named(marks: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.ann").write_text(marks, encoding="utf-8")
    with pytest.raises(StanceError, match=reason):
        list(brat.read_folder(tmp_path))


def test_two_texts_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.txt").write_text(TEXT, encoding="utf-8")
        (tmp_path / name / "one.ann").write_text("", encoding="utf-8")
    with pytest.raises(StanceError, match="several texts named one"):
        list(brat.read_folder(tmp_path))


def test_a_folder_without_marks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StanceError, match=r"0 \.txt"):
        list(brat.read_folder(tmp_path))


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04broken"])
def test_other_files_are_no_weights(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    with pytest.raises(StanceError, match="no attribution weights"):
        read_weights(path)


def test_agreement_pairs_one_to_one() -> None:
    golds = [Gold(5, frozenset({5}), frozenset({0, 1, 2, 3}), frozenset({4})), Gold(9, frozenset({9}), frozenset({10, 11}), frozenset())]
    ours = [Attribution(5, (0, 1, 2), 4, 0.0), Attribution(6, (2, 3), 4, 0.0), Attribution(9, (10, 11), 8, 0.0)]
    scores = agreement([(None, golds, ours)])  # type: ignore[list-item]
    assert (scores["attribution"].agreed, scores["full"].agreed) == (2, 1)
    assert scores["attribution"].f1 == pytest.approx(4 / 5)
    assert overlap([1, 2], [2, 3]) == pytest.approx(1 / 3)


WHO = ["envoy", "minister", "captain", "pilot", "mayor", "clerk"]
WHAT = ["the boats will wait", "the bridge is closed", "the harbour stays open", "nobody was hurt", "the fog will lift"]


def corpus(folder: Path) -> None:
    """Invented texts with their marks."""
    folder.mkdir()
    for n in range(10):
        text, marks = "", []
        for who in WHO:
            what = WHAT[(n + WHO.index(who)) % len(WHAT)]
            for source, cue, content in ((f"The {who}", "said", what), (f"The {who}", "hopes", what)):
                at = len(text)
                text += f"{source} {cue} {content}.\nThe {who} went home at noon.\n"
                k = 3 * len(marks)
                s, c = at + len(source), at + len(source) + 1 + len(cue)
                marks.append(
                    f"T{k}\tSource {at} {s}\t{source}\nT{k + 1}\tCue {s + 1} {c}\t{cue}\n"
                    f"T{k + 2}\tContent {c + 1} {c + 1 + len(content)}\t{content}\n"
                    f"E{k}\tAttribution:T{k + 1} Source:T{k} Cue:T{k + 1} Content:T{k + 2}"
                )
        (folder / f"{n}.txt").write_text(text, encoding="utf-8")
        (folder / f"{n}.ann").write_text("\n".join(marks), encoding="utf-8")


def test_weights_are_learned_from_brat_files(tmp_path: Path) -> None:
    corpus(tmp_path / "marked")
    out, scores = tmp_path / "weights.npz", tmp_path / "scores.json"
    arguments = ["train-attribution", str(tmp_path / "marked"), "--out", str(out)]
    result = runner.invoke(app, [*arguments, "--held-out", str(tmp_path / "marked"), "--scores", str(scores)])
    assert result.exit_code == 0, result.output
    assert json.loads(scores.read_text(encoding="utf-8"))["full"]["f1"] > 0.9
    first = out.read_bytes()
    assert runner.invoke(app, arguments).exit_code == 0
    assert out.read_bytes() == first
