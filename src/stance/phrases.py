"""Patterns of the phrases that name a source: pairs, offices, spokespeople, former officials."""

import re

HE, SHE, THEY, IT = {"he", "him"}, {"she", "her"}, {"they", "them"}, {"it"}
PAIR = re.compile(r"(?:men|women|ministers|leaders|presidents|diplomats)$", re.I)
PLACES = re.compile(r"(?:sides|countries|nations|delegations|powers|parties|capitals)$", re.I)
BOTH = re.compile(rf"^(?:both|the two|(?:both|the two) (?:\w+ ){{0,2}}(?:{PAIR.pattern}|{PLACES.pattern}))$", re.I)
ALLIES = re.compile(r"\band (?:its|his|her|their|our|other|western|european|nato)?\b.*\b(?:allies|partners|alliance|friends)\b", re.I)
OFFICIALS = re.compile(
    r"\b(?:officials?|government|administration|military|army|navy|forces|authorities|diplomats?|intelligence|ministry|embassy|consulate|lawmakers?|"
    r"negotiators?|delegation|mission|leadership|leaders?|side|representatives?|commanders?|generals?|spokes(?:man|woman|person|people)|troops|envoys?|"
    r"ambassador|minister|president|secretary|department|senators?|congressman|congresswoman|deputy|statement|position)\b",
    re.I,
)
ONE_OFFICIAL = re.compile(
    r"\b(?:official|representative|spokes(?:man|woman|person)|minister|senator|envoy|general|diplomat|lawmaker)\b", re.I
)
JOINT = re.compile(r",? and (?:the )?(?:[\w-]+ ){0,5}|,? and (?:the )?", re.I)
SPOKES = re.compile(r"\bspokes(?:man|woman|person|people)\b|\bpress secretary\b", re.I)
SPOKES_FOR = re.compile(r"(?:an? |the |\w+ )?(?:spokes(?:man|woman|person)|press secretary) (?:for|of) ", re.I)
AGAIN = re.compile(r"the (?P<kind>ministry|department|embassy|council|agency|alliance|parliament|senate|service)", re.I)
CLAUSE = re.compile(r"\b(?:who|whom|whose|which|where)\b")  # what follows tells of the source, and does not name it
SOLE = {"head", "minister", "spokesperson"}  # roles of which a text may say just "the president"
DEFINITE = re.compile(r"(?:the|his|her|their|its|mr\.?|mrs\.?|ms\.?)\b", re.I)
APPOSED = re.compile(r"(?:.*[,–—(])?\s*(?:(?:the|of|foreign|prime|deputy|minister|president|secretary|chief|[A-Z][\w.’'-]*)\s+)*", re.S)
FORMER = re.compile(r"\b(?:former|ex|then-candidate)\b|\bunder (?:former )?(?:President )?(?-i:[A-Z])", re.I)
