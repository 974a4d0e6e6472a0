"""Who a name is: people with dated offices, organs and countries, from `data/codebook/actors.yaml`."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from stance.resources import resource

WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*['’.]?")


@dataclass(frozen=True)
class Office:
    """`titles` are lower-case phrases of the press without the country; `speaks_for` holds keys of offices and organs."""

    key: str
    title: str
    side: str
    role: str
    titles: tuple[str, ...] = ()
    speaks_for: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Tenure:
    """An office held from `start` to `end` (ISO dates; an open end is "")."""

    office: Office
    start: str
    end: str

    def covers(self, date: str) -> bool:
        """Whether the office was held at some time within `date`, a year, month or day in ISO form."""
        return self.start[: len(date)] <= date and (not self.end or date <= self.end[: len(date)])


@dataclass(frozen=True)
class Person:
    """`gender` is "m", "f" or ""."""

    name: str
    gender: str
    surname: str
    tenures: tuple[Tenure, ...]

    def tenures_on(self, date: str) -> list[Tenure]:
        """Offices held on `date`, latest first; with no date, all of them."""
        held = [tenure for tenure in self.tenures if not date or tenure.covers(date)]
        return sorted(held, key=lambda tenure: tenure.start, reverse=True)


@dataclass(frozen=True)
class Actor:
    """An organ, a country or an alliance that speaks. `detail` says more than `side` "other" does: UKR, NATO, EU, …"""

    key: str
    name: str
    side: str
    detail: str = ""
    is_country: bool = False

    @property
    def addressee(self) -> str:
        """The code under which it is told things: `detail`, else the side."""
        return self.detail or self.side


Entity = Person | Actor


@dataclass(frozen=True)
class Mention:
    """`start:end` of a text names one of `entities`; `form` is name, surname or adjective ("Russian")."""

    start: int
    end: int
    entities: tuple[Entity, ...]
    form: str


@dataclass(frozen=True)
class Gazetteer:
    """`names` maps a name, as a tuple of lower-case words, to its form and what it may name; `places` countries' codes to names.

    `no_names`: words in capitals that stand beside surnames and are no given names.
    """

    people: tuple[Person, ...]
    offices: dict[str, Office]
    places: dict[str, str]
    names: dict[tuple[str, ...], tuple[str, tuple[Entity, ...]]]
    no_names: frozenset[str]

    @cached_property
    def given(self) -> frozenset[str]:
        """Given names of all people, in lower case."""
        return frozenset(_words(person.name)[0] for person in self.people)

    def mentions(self, text: str) -> list[Mention]:
        """Names in `text`, longest first where they overlap, in their order. Names must begin with a capital."""
        return [mention for mention in self.scan(text) if mention.form not in {"namesake", "compound"}]

    def scan(self, text: str) -> list[Mention]:
        """Mentions, names in compounds (form "compound") and surnames of the gazetteer in names of others ("namesake")."""
        words = list(WORD.finditer(text))
        keys = [_fold(word.group()) for word in words]
        found: list[Mention] = []
        at = 0
        while at < len(words):
            step = 1
            for length in range(min(6, len(words) - at), 0, -1):
                hit = self.names.get(tuple(keys[at : at + length]))
                start, end = words[at].start(), words[at + length - 1].end()
                if hit and text[start].isupper() and "\n" not in text[start:end]:
                    found.append(Mention(start, start + len(_bare(text[start:end])), hit[1], self._form(hit[0], text, words, at, length)))
                    step = length
                    break
            at += step
        return found

    def _form(self, form: str, text: str, words: list[re.Match[str]], at: int, length: int) -> str:
        """`form` of a name as it stands in `text`: in "Kremlin-backed" it is part of a compound."""
        end = words[at + length - 1].end()
        if re.match(r"-[a-z]", text[end : end + 2]):
            return "compound"
        return "namesake" if form == "surname" and self._is_somebody_else(text, words, at, length) else form

    def _is_somebody_else(self, text: str, words: list[re.Match[str]], at: int, length: int) -> bool:
        """Whether a surname belongs to a longer name that is not in the gazetteer: "Melania Trump", "Alexander Nobody"."""
        before = words[at - 1] if at else None
        if before and text[before.end() : words[at].start()] == " " and self._is_given(before.group()):
            start = text[: before.start()].rstrip(" “\"'(–—-")
            if start and start[-1] not in ".!?:\n”":
                return True
        after = words[at + length] if at + length < len(words) else None
        if not after or text[words[at + length - 1].end() : after.start()] != " " or not self._is_given(after.group()):
            return False
        return _fold(words[at].group()) in self.given

    def _is_given(self, word: str) -> bool:
        return _bare(word) == word and word[:1].isupper() and word[1:].islower() and len(word) > 2 and word.lower() not in self.no_names

    def offices_called(self, phrase: str, side: str = "") -> list[Office]:
        """Offices (of `side`) one of whose press titles stands in `phrase`; only those with the longest such title."""
        low = " ".join(_fold(word.group()) for word in WORD.finditer(phrase))
        hits = [
            (len(title), office)
            for office in self.offices.values()
            for title in office.titles
            if (not side or office.side == side) and re.search(rf"\b{re.escape(title)}\b", low)
        ]
        longest = max((length for length, _ in hits), default=0)
        return list(dict.fromkeys(office for length, office in hits if length == longest))

    def holders(self, offices: list[Office], date: str) -> list[Person]:
        """People who held one of `offices` on `date`; none without a date."""
        return [p for p in self.people if date and any(t.office in offices for t in p.tenures_on(date))]


def _bare(word: str) -> str:
    """`word` without a possessive, and without a full stop that is no part of an abbreviation ("U.S." keeps its own)."""
    return re.sub(r"['’]s?$", "", re.sub(r"(?<!\.[A-Z])\.$", "", word))


def _fold(word: str) -> str:
    return _bare(word).lower().replace(".", "").replace("’", "'")


def _words(name: str) -> tuple[str, ...]:
    return tuple(_fold(word.group()) for word in WORD.finditer(name))


def _person(entry: dict[str, Any], offices: dict[str, Office]) -> Person:
    tenures = []
    for held in entry.get("offices", []):
        office = (
            offices[held["office"]]
            if "office" in held
            else Office(held["title"], held["title"], held["side"], held["role"], detail=held.get("detail", ""))
        )
        tenures.append(Tenure(office, str(held["start"]), str(held.get("end", ""))))
    return Person(entry["name"], entry.get("gender", ""), entry["surname"], tuple(tenures))


@cache
def gazetteer(path: Path | None = None) -> Gazetteer:
    """The gazetteer in `path`, by default the one that ships with the package."""
    content = yaml.safe_load((path or resource("codebook/actors.yaml")).read_text(encoding="utf-8"))
    offices = {
        key: Office(key, o["title"], o["side"], o["role"], tuple(o.get("titles", [])), tuple(o.get("speaks_for", [])))
        for key, o in content["offices"].items()
    }
    names: dict[tuple[str, ...], dict[Entity, str]] = defaultdict(dict)
    people = []
    for entry in content["people"]:
        person = _person(entry, offices)
        people.append(person)
        for name in [person.name, *entry.get("aliases", [])]:
            names[_words(name)][person] = "name" if len(_words(name)) > 1 else "surname"
        names[_words(person.surname)].setdefault(person, "surname")
    for key, entry in content["organs"].items():
        for name in [entry["name"].removeprefix("The "), *entry.get("aliases", [])]:
            names[_words(name)][Actor(key, entry["name"], entry["side"], entry.get("detail", ""))] = "name"
    for entry in content["countries"]:
        country = Actor(entry["name"], entry["name"], entry["side"], entry.get("detail", ""), is_country=True)
        for name in [entry["name"], *entry.get("aliases", []), *entry.get("capitals", []), *entry.get("people", [])]:
            names[_words(name)].setdefault(country, "name")
        for name in entry.get("adjectives", []):
            names[_words(name)].setdefault(country, "adjective")
    index = {words: (next(iter(hits.values())), tuple(hits)) for words, hits in names.items() if words}
    places = {entry.get("detail", entry["side"]): entry["name"] for entry in reversed(content["countries"])}
    return Gazetteer(tuple(people), offices, places, index, frozenset(content["no_names"]))
