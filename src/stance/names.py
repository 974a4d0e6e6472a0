"""The names in one document: which person, organ or country each may be, and the office held on the document's date."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from stance.actors import Actor, Gazetteer, Mention, Office, Person
from stance.text import Span

REACH = 700  # characters a pronoun may look back


@dataclass(frozen=True)
class Speaker:
    """A resolved source. `basis` says by which way the side was found."""

    name: str
    office: str
    side: str
    basis: str
    person: Person | None = None
    detail: str = ""


UNKNOWN = Speaker("", "", "unknown", "unresolved")


class Names:
    """Mentions of a text's people, organs and countries, and what the whole text tells about them."""

    def __init__(self, text: str, gazetteer: Gazetteer, *, date: str = "") -> None:
        self.text, self.gazetteer, self.date = text, gazetteer, date
        scanned = gazetteer.scan(text)
        self.mentions = [mention for mention in scanned if mention.form not in {"namesake", "compound"}]
        self.namesakes = {entity for mention in scanned if mention.form == "namesake" for entity in mention.entities}
        self.starts = [mention.start for mention in self.mentions]
        self.low = text.lower()
        self.titles: dict[str, bool] = {}  # press titles looked for in the text so far
        named = [m for m in self.mentions if m.form == "name" and isinstance(m.entities[0], Person)]
        self.named = {entity for m in named for entity in m.entities if isinstance(entity, Person)}

    def speaker_of(self, entity: Person | Actor, basis: str) -> Speaker:
        """The speaker that a person (by the office held on the document's date) or an actor is."""
        if isinstance(entity, Actor):
            return Speaker(
                entity.name,
                "",
                entity.side,
                "country" if entity.is_country else "organ",
                detail=entity.addressee,
            )
        tenures = entity.tenures_on(self.date)
        sides = {tenure.office.side for tenure in tenures}
        if not tenures:
            return Speaker(entity.name, "", "other", "out of office", entity, "other")
        if len(sides) > 1:
            return Speaker(entity.name, "", "unknown", "offices on several sides", entity)
        titled = [] if self.date else [t for t in tenures if any(map(self._stands, t.office.titles))]
        office = (titled or tenures)[0].office
        return Speaker(entity.name, office.title, office.side, basis, entity, office.detail or office.side)

    def person_in(self, mention: Mention) -> Person | None:
        """The one person a mention may be: named in full in the document, else in office on its date, else unknown."""
        people = [entity for entity in mention.entities if isinstance(entity, Person)]
        people = [person for person in people if mention.form != "surname" or person in self.named or person not in self.namesakes]
        for narrower in (lambda p: p in self.named, lambda p: bool(self.date and p.tenures_on(self.date))):
            if len(people) > 1:
                people = [p for p in people if narrower(p)] or people
        return people[0] if len(people) == 1 else None

    def mentions_in(self, span: Span) -> list[Mention]:
        """Names that lie within `span`, in their order."""
        return [m for m in self._starting(span.start, span.end) if m.end <= span.end]

    def _starting(self, start: int, end: int) -> list[Mention]:
        return self.mentions[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def _before(self, at: int, reach: int = REACH) -> list[Mention]:
        return self._starting(at - reach, at)

    def _stands(self, title: str) -> bool:
        if title not in self.titles:
            self.titles[title] = title in self.low
        return self.titles[title]

    @cached_property
    def _people(self) -> set[Person]:
        """Everyone whom the document names, in full or by surname."""
        return {p for m in self.mentions if m.form != "adjective" and (p := self.person_in(m))}

    def _entity(self, mention: Mention) -> Person | Actor | None:
        first = mention.entities[0]
        return first if isinstance(first, Actor) else self.person_in(mention)

    def _owns(self, mention: Mention) -> bool:
        return self.text[mention.end : mention.end + 2] in {"'s", "’s", "' ", "’ "}

    def holder(self, offices: list[Office], words: str, basis: str) -> Speaker | None:
        """The one holder on the document's date who fits the words, or the one named in the document."""
        gender = "m" if re.search(r"man\b", words) and not re.search(r"woman\b", words) else "f" if re.search(r"woman\b", words) else ""
        here = {p for p in self._people if any(t.office in offices for t in p.tenures_on(self.date))}
        for people in (here, set(self.gazetteer.holders(offices, self.date))):
            fits = [p for p in people if not gender or p.gender in (gender, "")]
            if len(fits) == 1:
                return self.speaker_of(fits[0], basis)
        return None
