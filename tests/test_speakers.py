"""Sources to speakers and sides: tables of invented phrases (CODEBOOK section 6)."""

import pytest

from stance.actors import Gazetteer
from stance.speakers import Resolver
from stance.tags import resolve_tag
from stance.text import Span

DATE = "2022-01-25"


def resolve(phrase: str, actors: Gazetteer, *, before: str = "", date: str = DATE) -> list[tuple[str, str, str]]:
    """Speaker, side and way of the source `phrase` that follows `before`. Its head is the word behind a star, else its last one."""
    at = phrase.find("*") if "*" in phrase else phrase.rfind(" ") + 1
    phrase = phrase.replace("*", "")
    start, end = len(before) + 1, (phrase + " ").find(" ", at)
    resolver = Resolver(f"{before} {phrase} said so.", actors, date=date, name_slip=88)
    whole, head = Span(start, start + len(phrase)), Span(start + at, start + end)
    return [(speaker.name, speaker.side, speaker.basis) for speaker in resolver.resolve(whole, head)]


ONE = [
    ("Blinken", "Antony Blinken", "US", "name"),
    ("US Secretary of State Antony Blinken", "Antony Blinken", "US", "name"),
    ("the US Secretary of State", "Antony Blinken", "US", "role"),
    ("Russia's foreign minister", "Sergey Lavrov", "RUS", "role"),
    ("the American president", "Joe Biden", "US", "role"),
    ("Putin’s spokesman", "Dmitry Peskov", "RUS", "possessive"),
    ("Mr Putin's spokesperson", "Dmitry Peskov", "RUS", "possessive"),
    ("a spokesman for President Vladimir Putin", "Dmitry Peskov", "RUS", "possessive"),
    ("a *spokesman for the Kremlin", "Dmitry Peskov", "RUS", "role"),
    ("Putin's foreign minister", "Sergey Lavrov", "RUS", "possessive"),
    ("Biden's national security adviser", "Jake Sullivan", "US", "possessive"),
    ("Lavrov's deputy", "Lavrov's deputy", "RUS", "possessive"),
    ("Biden's wife", "Biden's wife", "other", "not an office"),
    ("a State Department spokesperson", "a State Department spokesperson", "US", "role"),
    ("Russian officials", "Russian officials", "RUS", "officials"),
    ("the American side", "the American side", "US", "officials"),
    ("the US and its allies", "United States", "US", "group"),
    ("Putin and Lavrov", "Vladimir Putin", "RUS", "name"),
    ("Moscow", "Russia", "RUS", "country"),
    ("Washington", "United States", "US", "country"),
    ("the Pentagon", "US Department of Defense", "US", "organ"),
    ("the Russian *embassy in London", "Russian Embassy", "RUS", "organ"),
    ("the Ukrainian *embassy in Washington", "the Ukrainian embassy in Washington", "other", "officials"),
    ("Donald Trump", "Donald Trump", "other", "out of office"),
    (
        "Ned *Nobody, a top US diplomat for Asia under Barack Obama",
        "Ned Nobody, a top US diplomat for Asia under Barack Obama",
        "other",
        "former",
    ),
    ("Russia's top *negotiator, Sergei Ryabkov", "Sergey Ryabkov", "RUS", "name"),
    ("former US ambassador Michael McFaul", "Michael McFaul", "other", "out of office"),
    ("her husband *Melania Trump", "her husband Melania Trump", "unknown", "unresolved"),
    ("chief negotiator Alexander *Nobody", "chief negotiator Alexander Nobody", "unknown", "unresolved"),
    ("Bush-era *counsel Ned Nobody", "Bush-era counsel Ned Nobody", "unknown", "unresolved"),
    ("Rubio supporter Ned *Nobody", "Rubio supporter Ned Nobody", "unknown", "unresolved"),
    ("Ada *Nobody, who ran Biden’s office", "Ada Nobody, who ran Biden’s office", "unknown", "unresolved"),
    ("the weakness of the US-led *forces", "the weakness of the US-led forces", "unknown", "unresolved"),
    ("an *official who met his US counterparts", "an official who met his US counterparts", "unknown", "unresolved"),
    ("Republican *Trump", "Donald Trump", "other", "out of office"),
    ("Russian analysts", "Russian analysts", "other", "not an office"),
    ("analysts", "analysts", "unknown", "unresolved"),
    ("the ministry", "the ministry", "unknown", "unresolved"),
]


@pytest.mark.parametrize(("phrase", "name", "side", "basis"), ONE, ids=[row[0] for row in ONE])
def test_one_speaker(phrase: str, name: str, side: str, basis: str, actors: Gazetteer) -> None:
    assert resolve(phrase, actors) == [(name, side, basis)]


TWO = [
    ("US Secretary of State Antony Blinken and Russian Foreign Minister Sergey Lavrov", ["Antony Blinken", "Sergey Lavrov"], ["US", "RUS"]),
    ("the US and Russia", ["United States", "Russia"], ["US", "RUS"]),
    ("Russian and American diplomats", ["Russian and American diplomats"] * 2, ["RUS", "US"]),
]


@pytest.mark.parametrize(("phrase", "names", "sides"), TWO, ids=[row[0] for row in TWO])
def test_a_row_for_each_side(phrase: str, names: list[str], sides: list[str], actors: Gazetteer) -> None:
    found = resolve(phrase, actors)
    assert [row[0] for row in found] == names
    assert [row[1] for row in found] == sides


IN_CONTEXT = [
    ("Antony Blinken met Sergey Lavrov.", "the two ministers", ["Antony Blinken", "Sergey Lavrov"]),
    ("Joe Biden and Vladimir Putin spoke.", "both leaders", ["Joe Biden", "Vladimir Putin"]),
    ("Antony Blinken met Wang Yi about Russia and the United States.", "both diplomats", ["Antony Blinken", "Wang Yi"]),
    ("Russia and the United States spoke about Ukraine.", "both sides", ["Russia", "United States"]),
    ("Russia spoke about Ukraine.", "both ministers", [""]),
    ("Maria Zakharova took the floor.", "she", ["Maria Zakharova"]),
    ("Maria Zakharova answered Jen Psaki.", "she", [""]),
    ("Antony Blinken answered Maria Zakharova.", "he", ["Antony Blinken"]),
    ("Vladimir Putin landed.", "his spokesman", ["Dmitry Peskov"]),
    ("Vladimir Putin landed.", "the president", ["Vladimir Putin"]),
    ("Vladimir Putin received Joe Biden.", "the president", ["the president"]),
    ("Sergey Lavrov wrote to Antony Blinken.", "his American counterpart", ["Antony Blinken"]),
    ("The Russian Defense Ministry held a briefing.", "the ministry", ["Russian Defence Ministry"]),
    ("The Russian Defense Ministry and the Russian Foreign Ministry met.", "the ministry", ["the ministry"]),
    ("Sergei Rudskoy gave a briefing.", "one general", ["one general"]),
    ("Sergei Rudskoy gave a briefing.", "the commander", ["the commander"]),
    ("Antony Blinken landed.", "Blink", ["Antony Blinken"]),
    ("A reporter named Sara Blinken landed.", "Blinken", ["Blinken"]),
]


@pytest.mark.parametrize(("before", "phrase", "names"), IN_CONTEXT, ids=[f"{row[0]} {row[1]}" for row in IN_CONTEXT])
def test_what_the_text_before_says(before: str, phrase: str, names: list[str], actors: Gazetteer) -> None:
    assert [row[0] for row in resolve(phrase, actors, before=before)] == names


def test_two_readings_stay_unknown(actors: Gazetteer) -> None:
    found = resolve("the president", actors, before="Vladimir Putin received Joe Biden.")
    assert [row[1] for row in found] == ["unknown"]


@pytest.mark.parametrize(("date", "name"), [("2018-06-01", "Mike Pompeo"), ("2022-01-25", "Antony Blinken"), ("2025-06-01", "Marco Rubio")])
def test_a_role_by_date(date: str, name: str, actors: Gazetteer) -> None:
    assert resolve("the US Secretary of State", actors, date=date) == [(name, "US", "role")]


TAGS = [
    ("MS. PSAKI", "US", "Jen Psaki", "US"),
    ("MS. CHENEY", "US", "MS. CHENEY", "unknown"),
    ("THE PRESIDENT", "US", "Joe Biden", "US"),
    ("SENIOR ADMINISTRATION OFFICIAL TWO", "US", "SENIOR ADMINISTRATION OFFICIAL TWO", "US"),
    ("ADMINISTRATOR NOBODY", "US", "ADMINISTRATOR NOBODY", "US"),
    ("PRIME MINISTER NOBODY", "US", "PRIME MINISTER NOBODY", "unknown"),
    ("SECRETARY GENERAL NOBODY", "US", "SECRETARY GENERAL NOBODY", "unknown"),
    ("MODERATOR", "US", "MODERATOR", "unknown"),
    ("President of Russia Vladimir Putin", "RUS", "Vladimir Putin", "RUS"),
    ("Foreign Minister Sergei Lavrov Lavrov SergeiForeign Minister of Russia", "RUS", "Sergey Lavrov", "RUS"),
    ("Alexander Nobody", "RUS", "Alexander Nobody", "unknown"),
]


@pytest.mark.parametrize(("tag", "side", "name", "found"), TAGS, ids=[row[0] for row in TAGS])
def test_tags(tag: str, side: str, name: str, found: str, actors: Gazetteer) -> None:
    speaker = resolve_tag(Resolver("", actors, date=DATE, name_slip=88), tag, side)
    assert (speaker.name, speaker.side) == (name, found)
