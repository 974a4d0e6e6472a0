"""Names of countries and people hidden from coders, so that one can see whether the codes are partial (codebook, section 9)."""

import re
from functools import cache
from string import ascii_uppercase

import pandas as pd
import spacy
from spacy.language import Language

from stance.actors import Gazetteer, Person
from stance.codebook import COMPARED

HIDDEN = ["title", "speaker", "before", "statement", "after"]
PEOPLE, PLACES = frozenset(["PERSON"]), frozenset(["GPE", "NORP", "LOC"])

NAME = re.compile(r"\b(?!The\b|Pro\b|Anti\b|Non\b)[^\W\d_a-z]\w")  # another name in what spaCy takes for one


@cache
def load_recogniser(name: str) -> Language:
    """The named-entity recogniser of the installed spaCy pipeline `name`."""
    return spacy.load(name, exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"])


def masked(rows: pd.DataFrame, gazetteer: Gazetteer, recogniser: Language) -> pd.DataFrame:
    """The rows of a sheet with each country as [COUNTRY_A], [COUNTRY_B], … in the order of a row, and each person as [PERSON_A], ….

    Names are those of the gazetteer and those that spaCy recognises; what neither knows stays to be read.
    """
    hidden = pd.DataFrame(
        [_masked(row, gazetteer, recogniser) for row in rows[HIDDEN].to_dict("records")], columns=HIDDEN, index=rows.index
    )
    return rows.assign(**{name: hidden[name] for name in HIDDEN})


def _masked(row: dict[str, str], gazetteer: Gazetteer, recogniser: Language) -> dict[str, str]:
    letters: dict[str, dict[str, str]] = {"COUNTRY": {}, "PERSON": {}}
    result = {}
    for field in HIDDEN:
        text, parts, at = row[field], [], 0
        for start, end, kind, name in _names(text, gazetteer, recogniser):
            if start >= at:
                known = letters[kind]
                letter = known.setdefault(name, ascii_uppercase[len(known) % len(ascii_uppercase)])
                parts += [text[at:start], f"[{kind}_{letter}]"]
                at = end
        result[field] = "".join([*parts, text[at:]])
    return result


def _names(text: str, gazetteer: Gazetteer, recogniser: Language) -> list[tuple[int, int, str, str]]:
    """Start, end, kind and name of what is to hide, in the order of the text; the longer of two that begin together comes first.

    What spaCy recognises counts where it holds more than the gazetteer's names there ("Melania Trump", not "the US").
    """
    found = []
    for mention in gazetteer.scan(text):
        entity = mention.entities[0]
        if isinstance(entity, Person):
            found.append((mention.start, mention.end, "PERSON", entity.name))
        else:
            found.append((mention.start, mention.end, "COUNTRY", entity.side if entity.side in COMPARED else entity.addressee))
    known = list(found)
    for named in recogniser(text).ents:
        inside = {place for start, end, _, _ in known for place in range(start, end)} & set(range(named.start_char, named.end_char))
        rest = "".join(char for place, char in enumerate(named.text, named.start_char) if place not in inside)
        if named.label_ in PEOPLE | PLACES and (not inside or NAME.search(rest)):
            found.append((named.start_char, named.end_char, "PERSON" if named.label_ in PEOPLE else "COUNTRY", named.text))
    return sorted(found, key=lambda name: (name[0], -name[1]))
