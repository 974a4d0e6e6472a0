"""Who the tags of a transcript's turns are, such as `MS. PSAKI` or `THE PRESIDENT`."""

import re

from stance.codebook import COMPARED
from stance.names import Speaker
from stance.phrases import OFFICIALS
from stance.speakers import Resolver

TWICE = re.compile(r"^(.*?([\w-]+) ([\w-]+)) \3 \2.*$")  # "Sergei Lavrov Lavrov SergeiForeign Minister" of scraped Kremlin pages
OFFICE_ALONE = re.compile(OFFICIALS.pattern + r"(?: (?:one|two|three|number|#?\d+))*$", re.I)
NATIONAL = re.compile(
    r"(?:secretary(?! general)|administrator|director|chair|senator|representative|congress(?:man|woman)|attorney general|lieutenant)\b",
    re.I,
)


def resolve_tag(resolver: Resolver, tag: str, side: str = "") -> Speaker:
    """The speaker of a transcript's tag, such as `MS. PSAKI`; an office alone (`THE PRESIDENT`) is of the document's `side`."""
    tag = TWICE.sub(r"\1", tag)
    name = re.sub(r"^(?:MR|MS|MRS|DR|SEC|SECRETARY|PRESIDENT|AMBASSADOR|GENERAL|THE)\.? ", "", tag, flags=re.I).title()
    gender = "m" if re.match(r"MR\.? ", tag, re.I) else "f" if re.match(r"MR?S\.? ", tag, re.I) else ""
    inside = [mention for mention in resolver.gazetteer.mentions(name) if mention.end == len(name)]
    person = resolver.person_in(inside[0]) if inside else None
    if person and (not gender or person.gender in (gender, "")):
        return resolver.speaker_of(person, "tag")
    if side in COMPARED and not inside and (OFFICE_ALONE.search(tag) or NATIONAL.match(tag)):
        offices = resolver.gazetteer.offices_called(tag, side)
        unnamed = Speaker(tag, offices[0].title if offices else "", side, "tag", detail=side)
        holder = resolver.holder(offices, tag, "tag") if offices else None
        return holder or unnamed
    return Speaker(tag, "", "unknown", "unresolved")
