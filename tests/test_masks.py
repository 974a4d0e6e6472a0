"""Names of countries and people out of a coder's sight: tables of invented sentences with real names."""

import pandas as pd
import pytest
import spacy
from spacy.language import Language

from stance.actors import Gazetteer
from stance.masks import HIDDEN, load_recogniser, masked
from stance.params import Extract
from stance.sheets import CODES, SEEN


@pytest.fixture(scope="module")
def recogniser() -> Language:
    return load_recogniser(Extract().spacy_model)


@pytest.fixture(scope="module")
def no_names() -> Language:
    """A recogniser that knows no name, so that the gazetteer's stand alone."""
    return spacy.blank("en")


def row(**fields: str) -> dict[str, str]:
    return dict.fromkeys([*SEEN, *CODES], "") | {"statement_id": "s1", "published": "2022-01-21"} | fields


def mask(actors: Gazetteer, recogniser: Language, **fields: str) -> dict[str, str]:
    return masked(pd.DataFrame([row(**fields)]), actors, recogniser).iloc[0].to_dict()


ALONE = [
    ("Russia must answer.", "[COUNTRY_A] must answer."),
    ("Moscow told Kyiv that Russia and Ukraine will talk.", "[COUNTRY_A] told [COUNTRY_B] that [COUNTRY_A] and [COUNTRY_B] will talk."),
    ("The Russian side waits; Russians wait.", "The [COUNTRY_A] side waits; [COUNTRY_A] wait."),
    ("U.S. ships and US ships left.", "[COUNTRY_A] ships and [COUNTRY_A] ships left."),
    ("Washington’s answer is the White House’s too.", "[COUNTRY_A]’s answer is the [COUNTRY_A]’s too."),
    ("The answer is Moscow’s.", "The answer is [COUNTRY_A]’s."),
    ("The words were Lavrov's.", "The words were [PERSON_A]'s."),
    ("Putin heard Vladimir Putin’s words.", "[PERSON_A] heard [PERSON_A]’s words."),
    ("Mr Blinken met Sergey Lavrov in Berlin.", "Mr [PERSON_A] met [PERSON_B] in [COUNTRY_A]."),
    ("A Kremlin-backed group and a US-led one met.", "A [COUNTRY_A]-backed group and a [COUNTRY_B]-led one met."),
    ("The pro-Russian side left.", "The pro-[COUNTRY_A] side left."),
    ("RUSSIA WAITS", "[COUNTRY_A] WAITS"),
    ("They must answer by noon.", "They must answer by noon."),
    ("", ""),
]


@pytest.mark.parametrize("known_by", ["no_names", "recogniser"], ids=["by the gazetteer", "by both"])
@pytest.mark.parametrize(("text", "expected"), ALONE, ids=[text or "no text" for text, _ in ALONE])
def test_names_of_the_gazetteer_vanish_and_the_text_around_stays(
    text: str, expected: str, known_by: str, actors: Gazetteer, request: pytest.FixtureRequest
) -> None:
    assert mask(actors, request.getfixturevalue(known_by), statement=text)["statement"] == expected


RECOGNISED = [
    ("John Invented of Springfield will wait.", "[PERSON_A] of [COUNTRY_A] will wait."),
    ("Zambia will answer, said Maria Chanda.", "[COUNTRY_A] will answer, said [PERSON_A]."),
    ("Melania Trump spoke before Donald Trump did.", "[PERSON_A] spoke before [PERSON_B] did."),
]


@pytest.mark.parametrize(("text", "expected"), RECOGNISED, ids=[text for text, _ in RECOGNISED])
def test_names_that_only_the_recogniser_knows_vanish_too(text: str, expected: str, actors: Gazetteer, recogniser: Language) -> None:
    assert mask(actors, recogniser, statement=text)["statement"] == expected


SAME = [
    ("Moscow will answer, and Russian troops stay where Russia put them.", "Washington will not leave Kyiv to Moscow.", "Russians"),
    ("The United States will answer, and Washington will pay.", "America keeps its word, said US officials.", "Americans"),
    ("President Putin will answer what Vladimir Putin asked.", "Putin said so.", "Mr. Putin"),
    ("Sergey Lavrov’s answer is Lavrov’s.", "Mr Lavrov spoke first.", "Sergei Lavrov"),
    ("Sergey Lavrov's deputy waits for Lavrov.", "Mr Lavrov spoke first.", "Lavrov's"),
    ("pro-Russian groups ask Russia to stay.", "Russia is silent.", "anti-Russian"),
]


@pytest.mark.parametrize(("statement", "after", "before"), SAME, ids=[statement for statement, _, _ in SAME])
def test_a_country_or_person_has_one_letter_in_all_fields(
    statement: str, after: str, before: str, actors: Gazetteer, recogniser: Language
) -> None:
    """What each name of the sentence stands for by the gazetteer, against the letters in their order."""
    found = mask(actors, recogniser, statement=statement, after=after, before=before)
    names = [
        getattr(mention.entities[0], "side", "") + getattr(mention.entities[0], "detail", mention.entities[0].name)
        for field in HIDDEN
        for mention in actors.scan({"statement": statement, "after": after, "before": before}.get(field, ""))
    ]
    letters = [part.split("]")[0] for field in HIDDEN for part in found[field].split("[")[1:]]
    assert len(letters) == len(names)
    assert len(set(zip(names, letters, strict=True))) == len(set(names)) == len(set(letters))


def test_countries_and_people_are_lettered_apart_in_the_order_of_the_fields(actors: Gazetteer, recogniser: Language) -> None:
    found = mask(
        actors,
        recogniser,
        title="Kyiv waits for an answer",
        speaker="Antony Blinken, Secretary of State",
        before="Vladimir Putin was silent.",
        statement="Moscow must answer Kyiv.",
        after="Mr Blinken will call Putin from Washington.",
    )
    assert [found[field] for field in HIDDEN] == [
        "[COUNTRY_A] waits for an answer",
        "[PERSON_A], Secretary of State",
        "[PERSON_B] was silent.",
        "[COUNTRY_B] must answer [COUNTRY_A].",
        "Mr [PERSON_A] will call [PERSON_B] from [COUNTRY_C].",
    ]


def test_letters_begin_anew_in_each_row(actors: Gazetteer, recogniser: Language) -> None:
    rows = pd.DataFrame([row(statement="Moscow told Kyiv."), row(statement="Kyiv told Moscow."), row(statement="Putin told Blinken.")])
    assert masked(rows, actors, recogniser)["statement"].tolist() == [
        "[COUNTRY_A] told [COUNTRY_B].",
        "[COUNTRY_A] told [COUNTRY_B].",
        "[PERSON_A] told [PERSON_B].",
    ]


def test_nothing_but_what_may_hold_names_is_changed(actors: Gazetteer, recogniser: Language) -> None:
    rows = pd.DataFrame([row(statement="Moscow waits."), row(statement_id="s2", title="Putin waits")], index=[7, 3])
    found = masked(rows, actors, recogniser)
    kept = [name for name in rows if name not in HIDDEN]
    assert list(found.columns) == list(rows.columns) and found[kept].equals(rows[kept])
    assert rows.loc[7, "statement"] == "Moscow waits."


REAL = [
    "Moscow and Washington will meet again in Geneva, Vladimir Putin told Antony Blinken.",
    "Ukraine’s allies will answer if Russian troops cross the line, said US officials in Kyiv.",
    "“If Putin stays, America will answer,” Mr Blinken said beside Dmytro Kuleba.",
    "The United States asks Russia to leave Ukraine, and Washington’s friends ask so too.",
    "Moscow’s envoy told Ukrainians, Americans and Russians that Putin and Blinken had agreed.",
    "Pro-Russian groups in Ukraine wait for a Moscow-Washington deal.",
    "Ms Zakharova called Blinken’s plan an insult to Russia; the Kremlin’s Dmitry Peskov called it Washington’s.",
    "WASHINGTON: PUTIN MUST LEAVE UKRAINE, BLINKEN TELLS MOSCOW",
]
NAMES = ["moscow", "putin", "washington", "blinken", "ukrain", "russia", "america", "united states", "us ", "kyiv", "kuleba"]
NAMES += ["zakharova", "peskov", "kremlin", "geneva", "vladimir", "antony", "dmitry", "dmytro"]


@pytest.mark.parametrize("field", HIDDEN)
@pytest.mark.parametrize("text", REAL, ids=[text[:40] for text in REAL])
def test_no_real_name_is_left_in_any_field(text: str, field: str, actors: Gazetteer, recogniser: Language) -> None:
    found = " ".join(mask(actors, recogniser, **{field: text})[name] for name in HIDDEN).lower() + " "
    assert [name for name in NAMES if name in found] == []


MISSED = [
    ("The rouble will fall, and Nord Stream will stay shut.", "rouble", "currencies and pipelines are no names of countries"),
    ("They were named, and so was Crimea.", "Crimea", "regions are not in the gazetteer, and spaCy does not tag all"),
    ("moscow must answer kyiv", "kyiv", "names must begin with a capital"),
    ("Iskander and HIMARS batteries must go.", "HIMARS", "arms are products to spaCy"),
    ("The Washington Post asked for an answer.", "Post", "a newspaper is an organisation; its town alone is hidden"),
    ("What Putinism wants, it will not get.", "Putinism", "words made of names are other words"),
    ("The parade on Red Square will go on.", "Red Square", "squares and buildings are not looked for"),
]


@pytest.mark.parametrize(
    ("text", "name"),
    [pytest.param(text, name, id=name, marks=pytest.mark.xfail(strict=True, reason=reason)) for text, name, reason in MISSED],
)
def test_what_betrays_a_side_without_naming_it(text: str, name: str, actors: Gazetteer, recogniser: Language) -> None:
    assert name not in mask(actors, recogniser, statement=text)["statement"]
