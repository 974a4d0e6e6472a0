"""The clauses of a statement as its grammar shows them: who acts, in which mood, tense and polarity (codebook, sections 0, 3 and 4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from spacy.strings import StringStore

from stance.attribution.grammar import Grammar

ACTORS = {  # how a word names who acts or is acted on; every other noun counts by its kind
    "we": "we us our ours ourselves",
    "i": "i me my mine myself",
    "you": "you your yours",
    "they": "they them their those these",
    "he": "he she him her his",
    "it": "it this that which there what",
    "who": "who whoever anyone anybody nobody someone",
    "all": "everyone everybody all world humanity countries states nations members parties",
    "RUS": "russia russian russians moscow kremlin putin lavrov federation",
    "US": "america american americans washington biden trump administration u.s.",
    "UKR": "ukraine ukrainian ukrainians kiev kyiv zelenskyy zelensky",
    "west": "nato alliance allies ally europe europeans eu west partners",
    "abroad": "iran iranian tehran israel syria assad hamas houthis hizballah korea dprk",
    "official": "president minister secretary government ministry",
    "foe": "regime enemy adversary adversaries aggressor terrorists authorities",
    "public": "congress senate republicans citizens people",
}
NAMED = MappingProxyType({word: actor for actor, words in ACTORS.items() for word in words.split()})
MODALS = frozenset(["will", "would", "shall", "must", "should", "can", "could", "may", "might", "need", "ought", "'ll", "’ll", "wo", "ca"])
SAME = MappingProxyType({"'ll": "will", "’ll": "will", "wo": "will", "ca": "can"})
NEGATIONS = frozenset(("not", "n't", "n’t", "never", "no"))
CLAUSAL = frozenset(["ROOT", "conj", "ccomp", "xcomp", "advcl", "relcl", "acl", "parataxis", "pcomp", "csubj", "acomp"])
SUBJECTS = frozenset(("nsubj", "nsubjpass", "expl", "csubj"))
OBJECTS = frozenset(("dobj", "dative"))
COMPLEMENTS = frozenset(("acomp", "attr", "prt", "oprd", "xcomp"))
MAIN = frozenset(("main", "conj", "parataxis"))
CONDITIONS = frozenset(("if", "unless", "until", "once", "provided", "should", "when", "whenever", "while"))
CONDITIONS |= frozenset(("as", "because", "so", "before", "after", "to"))


@dataclass(frozen=True)
class Clause:
    """`level` is the clause's place ("main", "ccomp", "advcl", …), `actor` who acts, `mood` its modal or tense, `verb` its lemma.

    `mark` is the word that joins it to the rest ("if", "that"), `target` whom or what it acts on, `complement` the lemma that completes
    the verb ("ready" of "are ready").
    """

    level: str
    actor: str
    mood: str
    negated: bool
    passive: bool
    verb: str
    mark: str
    target: str
    complement: str


class Tree:
    """The words of a statement with their places in the tree; heads outside the statement are cut off."""

    def __init__(self, grammar: Grammar, strings: StringStore, tokens: Sequence[int]) -> None:
        place = {token: n for n, token in enumerate(tokens)}
        self.word, self.lemma, self.tag, self.dep = (
            [strings[code] for code in column[list(tokens)].tolist()] for column in (grammar.word, grammar.lemma, grammar.tag, grammar.dep)
        )
        self.head = [place.get(head, n) for n, head in enumerate(grammar.head[list(tokens)].tolist())]

    @cached_property
    def below(self) -> list[list[int]]:
        """The children of each word."""
        found: list[list[int]] = [[] for _ in self.word]
        for n, head in enumerate(self.head):
            if head != n:
                found[head].append(n)
        return found

    def child(self, at: int, kinds: frozenset[str]) -> int | None:
        return next((n for n in self.below[at] if self.dep[n] in kinds), None)

    def auxiliaries(self, at: int) -> list[int]:
        return [n for n in self.below[at] if self.dep[n] in ("aux", "auxpass")]

    def clauses(self) -> Iterator[Clause]:
        for n in range(len(self.word)):
            verbal = self.tag[n].startswith("V") or self.tag[n] == "MD"
            if self.head[n] == n or (self.dep[n] in CLAUSAL and (verbal or self.dep[n] != "conj")):
                yield self.clause(n)

    def clause(self, at: int) -> Clause:
        level = "main" if self.head[at] == at else self.dep[at]
        below = self.below[at]
        mark = next((self.word[n] for n in below if self.dep[n] == "mark" or (self.dep[n] == "advmod" and self.word[n] in CONDITIONS)), "")
        actor, mood = self.actor_and_mood(at, level)
        complement = self.child(at, COMPLEMENTS)
        return Clause(
            level=level,
            actor=actor,
            mood=mood,
            negated=any(self.dep[n] == "neg" or self.word[n] in NEGATIONS for n in below),
            passive=any(self.dep[n] in ("auxpass", "nsubjpass") for n in below),
            verb=self.lemma[at],
            mark=mark,
            target=self.target(at),
            complement="" if complement is None else self.lemma[complement],
        )

    def actor_and_mood(self, at: int, level: str) -> tuple[str, str]:
        """A verb without a subject takes that of the verb it is joined to; a bare one at the top commands."""
        subject, mood = self.child(at, SUBJECTS), self.mood(at)
        if subject is None and level in ("conj", "xcomp"):
            above = self.head[at]
            subject = self.child(above, SUBJECTS)
            joined = level == "conj" and mood in ("base", "infinitive")
            return self.name(subject), self.mood(above) if joined else mood
        if subject is None and mood == "base" and level in ("main", "ccomp"):
            mood = "imperative"
        return self.name(subject), mood

    def target(self, at: int) -> str:
        """Name of the object, or of what the first preposition governs."""
        found = self.child(at, OBJECTS)
        if found is None:
            below = (n for k in self.below[at] if self.dep[k] in ("prep", "agent") for n in self.below[k] if self.dep[n] == "pobj")
            found = next(below, None)
        return "" if found is None else self.name(found)

    def name(self, at: int | None) -> str:
        """Whom a noun or pronoun names: a party, a person of grammar, their owner, or only its kind."""
        if at is None:
            return "none"
        if self.word[at] == "states" and self.tag[at].startswith("NNP"):
            return "US"
        found = NAMED.get(self.word[at])
        owner = next((NAMED[self.word[n]] for n in self.below[at] if self.word[n] in NAMED), "")
        if found and self.tag[at] != "DT":
            return owner if owner in ("RUS", "US", "UKR") and found in ("official", "public", "all", "west") else found
        if owner:
            return f"{owner}'s"
        if self.tag[at].startswith("NNP"):
            return "name"
        return found or {"NNS": "nouns", "NN": "noun"}.get(self.tag[at], "rest")

    def mood(self, at: int) -> str:
        """The modal of a verb, or its tense."""
        helpers = self.auxiliaries(at)
        words = [self.word[n] for n in helpers]
        modal = next((word for word in words if word in MODALS), "")
        if modal:
            return SAME.get(modal, modal) + ("+have" if "have" in words[1:] else "")
        if "to" in words:
            return "infinitive"
        if any(self.lemma[n] == "have" for n in helpers):
            return "perfect"
        finite = self.tag[helpers[0]] if helpers else self.tag[at]
        if finite in ("VBP", "VBZ"):
            return "progressive" if self.tag[at] == "VBG" else "present"
        return {"VBD": "past", "VB": "base"}.get(finite) or {"VBG": "gerund", "VBN": "participle"}.get(self.tag[at], "verbless")


def traits(grammar: Grammar, strings: StringStore, tokens: Sequence[int]) -> list[str]:
    """Features of the clauses among `tokens`: combinations of place, actor, mood, polarity, verb and object, as names."""
    found = list(Tree(grammar, strings, tokens).clauses())
    conditions = sorted({clause.mark for clause in found} & CONDITIONS)
    return [trait for clause in found for trait in _traits(clause, conditions)]


def _traits(clause: Clause, conditions: list[str]) -> list[str]:
    level = "main" if clause.level in MAIN else clause.level
    mood = clause.mood + ("|not" if clause.negated else "")
    act = f"{clause.actor}|{mood}"
    verb = clause.verb + (f"+{clause.complement}" if clause.complement else "")
    result = [
        f"act {act}",
        f"{level} {act}",
        f"mood {mood}",
        f"verb {clause.verb}|{mood}",
        f"who {clause.actor}|{clause.verb}",
        f"does {act}|{clause.verb}",
        f"to {clause.verb}>{clause.target}",
        f"{level} verb {verb}",
        f"whom {clause.actor}>{clause.target}|{clause.mood}",
    ]
    if clause.passive:
        result.append(f"passive {act}|{clause.verb}")
    if clause.mark:
        result += [f"mark {clause.mark}", f"mark {clause.mark}|{clause.actor}|{clause.mood}"]
    if level == "main":
        result += [f"with {mark}>{act}" for mark in conditions]
    return result
