"""Sentences and the clauses that they hold: who acts, in which mood; known misses are marked."""

import pytest

from stance.attribution.reader import Reader
from stance.clauses import Clause, Tree, traits
from stance.features import parse


def clauses(reader: Reader, text: str) -> list[Clause]:
    grammar = parse([text], reader.parser)[0]
    return list(Tree(grammar, reader.parser.nlp.vocab.strings, range(len(grammar))).clauses())


TABLE = [
    pytest.param("We will respond to any attack.", [("main", "we", "will", False, "respond")], id="future of the own side"),
    pytest.param("They must withdraw their troops.", [("main", "they", "must", False, "withdraw")], id="demand of others"),
    pytest.param("We will not leave our allies.", [("main", "we", "will", True, "leave")], id="negation"),
    pytest.param("We won't leave.", [("main", "we", "will", True, "leave")], id="contracted negation"),
    pytest.param("Withdraw your troops.", [("main", "none", "imperative", False, "withdraw")], id="imperative"),
    pytest.param("Russia invaded the country.", [("main", "RUS", "past", False, "invade")], id="past act of a party"),
    pytest.param("The Russian government has rejected the offer.", [("main", "RUS", "perfect", False, "reject")], id="organ of a party"),
    pytest.param("Our forces are leaving.", [("main", "we's", "progressive", False, "leave")], id="owner"),
    pytest.param("The United States stands ready.", [("main", "US", "present", False, "stand")], id="United States"),
    pytest.param("The states should respond.", [("main", "all", "should", False, "respond")], id="states"),
    pytest.param(
        "We want Moscow to stop.",
        [("main", "we", "present", False, "want"), ("ccomp", "RUS", "infinitive", False, "stop")],
        id="wanted act",
    ),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_clauses(text: str, expected: list[tuple[str, str, str, bool, str]], reader: Reader) -> None:
    found = [(c.level, c.actor, c.mood, c.negated, c.verb) for c in clauses(reader, text)]
    assert [row for row in found if row[4] in {row[4] for row in expected}] == expected


def test_a_condition_stands_beside_its_consequence(reader: Reader) -> None:
    text = "If they cross the river, we will respond."
    grammar = parse([text], reader.parser)[0]
    found = traits(grammar, reader.parser.nlp.vocab.strings, range(len(grammar)))
    assert "with if>we|will" in found and "mark if|they|present" in found


def test_passive_and_complement(reader: Reader) -> None:
    assert any(c.passive and c.verb == "withdraw" for c in clauses(reader, "The troops must be withdrawn."))
    assert any(c.complement == "ready" for c in clauses(reader, "We are ready for talks."))


def test_a_part_of_a_sentence_is_a_tree_of_its_own(reader: Reader) -> None:
    text = "Lavrov said that Russia will answer."
    grammar = parse([text], reader.parser)[0]
    inner = list(Tree(grammar, reader.parser.nlp.vocab.strings, [3, 4, 5]).clauses())
    assert [(c.level, c.actor, c.mood, c.verb) for c in inner] == [("main", "RUS", "will", "answer")]


@pytest.mark.xfail(strict=True, reason="a wish with 'may' is read as a possibility")
def test_wishes(reader: Reader) -> None:
    assert clauses(reader, "May peace return.")[0].mood == "wish"
