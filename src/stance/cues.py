"""Words that report what somebody says or wants, and the grammar in which each takes its content.

The classes follow the frames of communication and attitude verbs that PolNeAR's guidelines (Newell et al. 2018) mark as cues.
"""

SPEECH = frozenset(
    [
        "accuse",
        "acknowledge",
        "add",
        "admit",
        "affirm",
        "allege",
        "announce",
        "answer",
        "argue",
        "ask",
        "assert",
        "assure",
        "boast",
        "caution",
        "claim",
        "comment",
        "complain",
        "concede",
        "conclude",
        "condemn",
        "confirm",
        "contend",
        "continue",
        "declare",
        "demand",
        "deny",
        "disclose",
        "emphasise",
        "emphasize",
        "estimate",
        "explain",
        "express",
        "hint",
        "indicate",
        "inform",
        "insist",
        "joke",
        "lament",
        "maintain",
        "mention",
        "note",
        "object",
        "observe",
        "point",
        "pledge",
        "post",
        "predict",
        "proclaim",
        "promise",
        "propose",
        "protest",
        "quip",
        "reaffirm",
        "reassert",
        "reassure",
        "recall",
        "reiterate",
        "reject",
        "remark",
        "remind",
        "repeat",
        "reply",
        "report",
        "request",
        "respond",
        "retort",
        "reveal",
        "say",
        "signal",
        "state",
        "stress",
        "suggest",
        "swear",
        "tell",
        "testify",
        "threaten",
        "tweet",
        "underline",
        "underscore",
        "urge",
        "vow",
        "warn",
        "write",
    ]
)
"""Verbs that report speech: a clause or a quotation may be their content."""

ATTITUDE = frozenset(["assume", "believe", "consider", "expect", "fear", "feel", "hope", "think", "want", "wish", "worry"])
"""Verbs of attitude: a clause is their content when an actor is the subject."""

INFINITIVE = frozenset(
    ["agree", "demand", "hope", "offer", "pledge", "promise", "propose", "refuse", "threaten", "undertake", "vow", "want", "wish"]
)
"""Verbs with a `to` clause of the subject's own action as content."""

OBJECT = frozenset(
    [
        "announce",
        "condemn",
        "demand",
        "deny",
        "express",
        "fear",
        "indicate",
        "offer",
        "pledge",
        "predict",
        "promise",
        "propose",
        "reject",
        "request",
        "require",
        "seek",
        "signal",
        "suggest",
        "urge",
        "want",
    ]
)
"""Verbs whose direct object may be the content ("wants guarantees")."""

SEEN = frozenset(["chance", "danger", "need", "opportunity", "possibility", "prospect", "reason", "risk", "threat", "way"])
"""Nouns that make the object of `see` a content ("sees the possibility of …")."""

TO_DO = frozenset(
    [
        "advise",
        "appeal",
        "ask",
        "beg",
        "call",
        "command",
        "encourage",
        "expect",
        "implore",
        "instruct",
        "invite",
        "order",
        "press",
        "push",
        "request",
        "require",
        "tell",
        "urge",
        "want",
        "warn",
    ]
)
"""Verbs that take an addressee and what it is to do ("urged Moscow to leave"); both are the content."""

PREPOSITIONS = {
    "accuse": ("of",),
    "appeal": ("for",),
    "ask": ("for",),
    "call": ("for",),
    "insist": ("on", "upon"),
    "push": ("for",),
    "threaten": ("with",),
    "warn": ("of", "about", "against"),
}
"""Verbs whose prepositional object is the content ("warned against an attack")."""

CUES = SPEECH | ATTITUDE | INFINITIVE | OBJECT | TO_DO | {"see", "make"} | set(PREPOSITIONS)
