"""Who the words that name a source are, and which side's office that is (CODEBOOK section 6, `side` and `speaker`).

Where two readings stay open the side is `unknown`: it is counted, never guessed.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from rapidfuzz.distance import JaroWinkler

from stance.actors import Actor, Gazetteer, Mention, Office, Person
from stance.codebook import COMPARED
from stance.names import REACH, UNKNOWN, Names, Speaker
from stance.phrases import (
    AGAIN,
    ALLIES,
    APPOSED,
    BOTH,
    CLAUSE,
    DEFINITE,
    FORMER,
    HE,
    IT,
    JOINT,
    OFFICIALS,
    ONE_OFFICIAL,
    PAIR,
    PLACES,
    SHE,
    SOLE,
    SPOKES,
    SPOKES_FOR,
    THEY,
)
from stance.text import Span


class Resolver(Names):
    """Resolves the sources of one document in their order; what was resolved before is what pronouns point to."""

    def __init__(self, text: str, gazetteer: Gazetteer, *, date: str = "", name_slip: float) -> None:
        super().__init__(text, gazetteer, date=date)
        self.name_slip = name_slip
        self.heard: list[tuple[int, Speaker]] = []

    def resolve(self, phrase: Span, head: Span) -> list[Speaker]:
        """Speakers that the source `phrase` with head word `head` names: one, or two for "both" and "X and Y"."""
        words = self.text[phrase.start : phrase.end].strip()
        speakers = self._resolve(words, phrase, head)
        self.heard += [(phrase.start, speaker) for speaker in speakers]
        return speakers

    def resolve_heading(self, words: str) -> Speaker | None:
        """The person, organ or country that a heading such as `Lavrov: …` names, in any case and with a slip; else None."""
        inside = self.gazetteer.mentions(words.title())
        entity = self._entity(inside[0]) if len(inside) == 1 and inside[0].end - inside[0].start >= len(words) - 1 else None
        return self.speaker_of(entity, "heading") if entity else self._slip(words)

    def _resolve(self, words: str, phrase: Span, head: Span) -> list[Speaker]:
        if BOTH.match(words):
            return self._both(words, phrase.start)
        clause = CLAUSE.search(self.text, head.end, phrase.end)
        inside = self.mentions_in(Span(phrase.start, clause.start()) if clause else phrase)
        joint = self._joint(words, inside) or self._of_both(words, inside)
        if joint:
            return joint
        ways: list[Callable[[], Speaker | None]] = [
            lambda: self._pronoun(words.lower(), phrase.start),
            lambda: self._speaking_for(words, inside),
            lambda: self._named(words, inside, head),
            lambda: self._counterpart(words, inside, head),
            lambda: self._possessed(words, inside, head),
            lambda: self._heard_name(self.text[head.start : head.end]),
            lambda: self._role(words, inside),
            lambda: self._organ_again(words, inside, phrase.start),
            lambda: self._slip(self.text[head.start : head.end]),
        ]
        return [next((speaker for way in ways if (speaker := way())), Speaker(words, "", "unknown", "unresolved"))]

    def _pronoun(self, word: str, at: int) -> Speaker | None:
        gender = "m" if word in HE else "f" if word in SHE else ""
        if not gender and word not in THEY | IT:
            return None
        heard = [speaker for start, speaker in self.heard if at - REACH <= start < at]
        if gender:
            fits = [
                s
                for s in heard
                if (s.person is None or s.person.gender in (gender, ""))
                and (s.basis not in {"country", "organ", "group", "officials"} or ONE_OFFICIAL.search(s.name))
            ]
            people = {p for m in self._before(at) if m.form != "adjective" and (p := self.person_in(m)) and p.gender == gender}
            if not fits and len(people) == 1:
                return self.speaker_of(people.pop(), "pronoun")
        else:
            fits = [s for s in heard if s.person is None and s.basis in {"country", "organ", "group", "officials", "pronoun"}]
        return replace(fits[-1], basis="pronoun") if fits else UNKNOWN

    def _both(self, words: str, at: int) -> list[Speaker]:
        """The last pair "X and Y" before, else the last two named: persons, or countries for "both sides"; for "both", persons first."""
        kinds = [Actor] if PLACES.search(words) else [Person] if PAIR.search(words) else [Person, Actor]
        named = [m for m in self._before(at) if m.form != "adjective" and not self._owns(m)]
        for kind in kinds:
            found = [(m, entity) for m in named if (entity := self._entity(m)) and isinstance(entity, kind)]
            pairs = [(x, y) for x, y in pairwise(found) if x[1] != y[1]]
            joint = [(x, y) for x, y in pairs if JOINT.fullmatch(self.text[x[0].end : y[0].start])]
            for one, other in (joint or pairs)[-1:]:
                both = [replace(self.speaker_of(entity, ""), basis="both") for _, entity in (one, other)]
                if len({speaker.side for speaker in both}) == 2:
                    return both
        return [UNKNOWN]

    def _joint(self, words: str, inside: list[Mention]) -> list[Speaker]:
        """Two rows for "X and Y" when each is named; one for "X and its allies"."""
        full = [m for m in inside if m.form != "adjective"]
        if not full or " and " not in words:
            return []
        if ALLIES.search(words) and (owner := self._entity(full[0])):
            return [replace(self.speaker_of(owner, ""), basis="group")]
        for one, other in pairwise(full):
            if JOINT.fullmatch(self.text[one.end : other.start]) and not self._owns(one):
                pair = [self.speaker_of(entity, "name") for mention in (one, other) if (entity := self._entity(mention))]
                return pair if len({speaker.side for speaker in pair}) > 1 else pair[:1]
        return []

    def _of_both(self, words: str, inside: list[Mention]) -> list[Speaker]:
        """Two rows for "Russian and American officials"."""
        if len(inside) != 2 or {m.form for m in inside} != {"adjective"} or not OFFICIALS.search(words):
            return []
        places = [m.entities[0] for m in inside if isinstance(m.entities[0], Actor)]
        if self.text[inside[0].end : inside[1].start].strip() != "and" or len({place.side for place in places}) < 2:
            return []
        return [Speaker(words, "", place.side, "officials", detail=place.addressee) for place in places]

    def _named(self, words: str, inside: list[Mention], head: Span) -> Speaker | None:
        """The person or actor whose name holds the head word, or a person named in apposition."""
        for mention in inside:
            if mention.start <= head.start < mention.end and mention.form != "adjective":
                entity = self._entity(mention)
                if entity and not self._owns(mention):
                    return self.speaker_of(entity, "name")
        people = [m for m in inside if isinstance(m.entities[0], Person) and not self._owns(m)]
        beside = [m for m in people if m.start >= head.end and APPOSED.fullmatch(self.text[head.end : m.start])]
        person = self.person_in(beside[0]) if len(beside) == 1 and not OFFICIALS.search(words.split(" who ")[0][-12:]) else None
        return self.speaker_of(person, "name") if person else None

    def _counterpart(self, words: str, inside: list[Mention], head: Span) -> Speaker | None:
        if not self.low.startswith("counterpart", head.start) or not inside or isinstance(inside[-1].entities[0], Person):
            return None
        side = inside[-1].entities[0].side
        people = [p for m in self._before(head.start, len(self.text)) if (p := self.person_in(m)) and m.form != "adjective"]
        fits = [p for p in people if self.speaker_of(p, "").side == side]
        if fits:
            return self.speaker_of(fits[-1], "counterpart")
        return Speaker(words, "", side, "counterpart")

    def _possessed(self, words: str, inside: list[Mention], head: Span) -> Speaker | None:
        """ "Putin's spokesman", "Biden's defence secretary": an office on its owner's side, and no other side's."""
        owner = next((self._entity(m) for m in inside if self._owns(m) and m.end <= head.start), None)
        if not isinstance(owner, Person) or FORMER.search(words):
            return None
        return self._serving(owner, words, self.gazetteer.offices_called(words, self.speaker_of(owner, "").side))

    def _speaking_for(self, words: str, inside: list[Mention]) -> Speaker | None:
        """ "a spokeswoman for President Biden" speaks for him, and is not he."""
        spoken_for = SPOKES_FOR.match(words)
        owner = next((self._entity(m) for m in inside if m.form != "adjective"), None) if spoken_for else None
        return self._serving(owner, words, []) if isinstance(owner, Person) else None

    def _serving(self, owner: Person, words: str, offices: list[Office]) -> Speaker:
        """The holder of one of `offices` or, for a spokesperson, of those that speak for the owner's; else unnamed, on the owner's side."""
        keys = {tenure.office.key for tenure in owner.tenures_on(self.date)}
        if SPOKES.search(words):
            offices = [office for office in self.gazetteer.offices.values() if keys & set(office.speaks_for)]
        side = self.speaker_of(owner, "").side
        holder = self.holder(offices, words, "possessive") if offices else None
        if holder is None and not offices and not OFFICIALS.search(words):
            return Speaker(words, "", "other", "not an office")
        return holder or Speaker(words, offices[0].title if offices else "", side if keys else "unknown", "possessive", detail=side)

    def _organ_again(self, words: str, inside: list[Mention], at: int) -> Speaker | None:
        """ "the ministry": the one organ of that kind that the text has named shortly before."""
        kind = AGAIN.fullmatch(words)
        if not kind or inside:
            return None
        near = {m.entities[0] for m in self._before(at) if isinstance(m.entities[0], Actor)}
        fits = [actor for actor in near if kind["kind"].lower() in actor.name.lower().split()]
        return replace(self.speaker_of(fits[0], ""), basis="organ") if len(fits) == 1 else None

    def _heard_name(self, word: str) -> Speaker | None:
        """A name that stood within a longer source before ("Envoy Ned Nobody said …", then "Nobody said …")."""
        before = [speaker for _, speaker in self.heard if speaker.person is None and word in speaker.name.split()]
        return before[-1] if word[:1].isupper() and before else None

    def _role(self, words: str, inside: list[Mention]) -> Speaker | None:
        """An office or unnamed officials of a country; without a country, the one person named before who holds it."""
        places = [m.entities[0] for m in inside if isinstance(m.entities[0], Actor)]
        if not places:
            offices = self.gazetteer.offices_called(words) if DEFINITE.match(words) else []
            last = self.heard[-1][1].person if self.heard else None
            if last and any(tenure.office in offices for tenure in last.tenures_on(self.date)):
                return self.speaker_of(last, "role")
            sole = [office for office in offices if office.role in SOLE]
            return self.holder(sole, words, "role") if sole and not FORMER.search(words) else None
        place = places[0]
        offices = self.gazetteer.offices_called(words, place.side) if place.side in COMPARED else []
        if FORMER.search(words):
            return Speaker(words, "", "other", "former")
        if offices:
            return self.holder(offices, words, "role") or Speaker(words, offices[0].title, place.side, "role", detail=place.addressee)
        if OFFICIALS.search(words):
            return Speaker(words, "", place.side, "officials", detail=place.addressee)
        return Speaker(words, "", "other", "not an office")

    def _slip(self, word: str) -> Speaker | None:
        """A misspelt surname of a person whom the document names elsewhere ("Blink" for Blinken)."""
        near = {p for p in self.named if JaroWinkler.normalized_similarity(word.lower(), p.surname.lower()) * 100 >= self.name_slip}
        return self.speaker_of(near.pop(), "slip") if len(near) == 1 and len(word) > 3 else None
