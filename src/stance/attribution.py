"""Cue, source and content of each attribution in a parsed paragraph of news.

Rules over a dependency parse (the design of the Gender Gap Tracker, Asr et al. 2021, and of Citron's cue, content and source parts),
with quotations as the stronger evidence: a quotation that touches a content belongs to it whole.
Offsets are tokens of the paragraph's spaCy doc here; `extract` turns them into offsets of the document.
"""

from dataclasses import dataclass, replace

from spacy.tokens import Doc, Token

from stance import cues

SUBJECTS = {"nsubj", "nsubjpass"}
SUBJECT_FROM_HEAD = {"conj", "xcomp", "advcl", "dep"}
FIRST_PERSON = {"i", "we", "you"}  # outside quotation marks this is the writer, or a quotation without marks
NEGATED = {"say", "tell", "comment", "announce"}  # "did not say" reports nothing; "does not want" does


@dataclass(frozen=True)
class Attribution:
    """Token indices. `source` is the head token of the source phrase; None for a quotation that goes on from the attribution before."""

    cue: tuple[int, ...]
    content: frozenset[int]
    source: int | None = None
    addressee: int | None = None
    quoted: bool = False


def find_attributions(doc: Doc, quoted: list[int]) -> list[Attribution]:
    """Attributions of a paragraph, in their order. `quoted[i]` is 1 + the number of token i's quotation, 0 outside."""
    found = []
    for token in doc:
        if quoted[token.i]:
            continue
        attribution = _according_to(token) if token.lower_ == "according" else _reported(token)
        if attribution is not None:
            found.append(attribution)
    found = _claim_quotes(doc, _outermost(found), quoted)
    return sorted((a for a in found if a.content), key=lambda a: min(a.content))


def _reported(cue: Token) -> Attribution | None:
    """The attribution of a reporting verb; its content may still be empty, for a quotation to fill."""
    lemma = cue.lemma_.lower()
    if lemma not in cues.CUES or cue.pos_ not in {"VERB", "AUX"} or _reports_nothing(cue):
        return None
    source = _source(cue)
    if source is None or source.lower_ in FIRST_PERSON:
        return None
    words, content = _content(cue, lemma)
    speech = lemma in cues.SPEECH
    if not content and not speech:
        return None
    if source.lower_ in {"it", "there", "this", "that", "which", "what"} and not speech:
        return None
    content -= (
        {cue.i, *words}
        | _phrase(source, content)
        | {child.i for child in cue.children if child.dep_ in {"aux", "auxpass", "neg", "advmod"}}
    )
    addressee = next((child.i for child in cue.children if child.dep_ in {"dobj", "dative"} and child.i not in content), None)
    return Attribution((cue.i, *words), frozenset(content), source.i, addressee)


def _reports_nothing(cue: Token) -> bool:
    negated = any(child.dep_ == "neg" for child in cue.children)
    open_question = any(child.dep_ == "aux" and child.lower_ in {"would", "could", "should", "might", "may"} for child in cue.children)
    return (negated and cue.lemma_ in NEGATED) or (open_question and cue.lemma_ in cues.SPEECH)


def _phrase(source: Token, content: set[int]) -> set[int]:
    return set() if source.i in content else {token.i for token in source.subtree} - content


def _source(cue: Token) -> Token | None:
    """Head of the source phrase: the subject, the agent of a passive, or the subject that a clause without one leans on."""
    agent = next((child for child in cue.children if child.dep_ == "agent"), None)
    if agent is not None:
        return next((child for child in agent.children if child.dep_ == "pobj"), None)
    if any(child.dep_ in {"auxpass", "nsubjpass"} for child in cue.children):
        return None
    for child in cue.children:
        if child.dep_ in SUBJECTS:
            return cue.head if child.tag_ in {"WP", "WDT"} and cue.dep_ == "relcl" else child
    if cue.dep_ in SUBJECT_FROM_HEAD and cue.head.pos_ in {"VERB", "AUX"}:
        return _source(cue.head)
    if cue.dep_ == "acl":
        return cue.head
    if cue.dep_ == "pcomp":
        verb = next((token for token in cue.ancestors if token.pos_ in {"VERB", "AUX"}), None)
        return _source(verb) if verb is not None else _subject_before(cue)
    return None


def _subject_before(cue: Token) -> Token | None:
    """Subject of the sentence before, for a fragment such as "By declaring that …"."""
    if cue.sent.start == 0:
        return None
    return next((child for child in cue.doc[cue.sent.start - 1].sent.root.children if child.dep_ in SUBJECTS), None)


def _content(cue: Token, lemma: str) -> tuple[list[int], set[int]]:
    """Tokens that belong to the cue beside its verb, and tokens of the content, by the frames of `cues`."""
    if lemma == "make":
        return _made_clear(cue)
    children = {dep: [child for child in cue.children if child.dep_ == dep] for dep in ("ccomp", "xcomp", "dobj", "prep", "advcl", "acl")}
    clauses = [clause for clause in children["ccomp"] if lemma in cues.SPEECH | cues.ATTITUDE | cues.TO_DO]
    if clauses:
        return [], {token.i for clause in clauses for token in clause.subtree if not _is_that(token, clause)}
    infinitives = [
        verb
        for verb in [*children["xcomp"], *children["advcl"]]
        if verb.tag_ == "VB" and any(t.dep_ == "aux" and t.lower_ == "to" for t in verb.children)
    ]
    if infinitives and lemma in cues.TO_DO and (asked := _asked(children)):
        particle = [child.i for child in children["prep"] if child.lower_ == "on"]
        return particle, {token.i for part in [asked, *infinitives] for token in part.subtree}
    if infinitives and lemma in cues.INFINITIVE:
        return [], {token.i for verb in infinitives for token in verb.subtree}
    for preposition in children["prep"]:
        if preposition.lower_ in cues.PREPOSITIONS.get(lemma, ()):
            inside = {token.i for token in preposition.subtree} - {preposition.i}
            accused = {token.i for noun in children["dobj"] for token in noun.subtree} | {preposition.i} if lemma == "accuse" else set()
            return ([] if accused else [preposition.i]), inside | accused
    nouns = [noun for noun in children["dobj"] if lemma in cues.OBJECT or (lemma == "see" and noun.lemma_ in cues.SEEN)]
    return [], {token.i for noun in nouns for token in noun.subtree}


def _asked(children: dict[str, list[Token]]) -> Token | None:
    if children["dobj"]:
        return children["dobj"][0]
    return next(
        (noun for prep in children["prep"] if prep.lower_ in {"on", "upon", "to"} for noun in prep.children if noun.dep_ == "pobj"),
        None,
    )


def _is_that(token: Token, clause: Token) -> bool:
    return token.dep_ == "mark" and token.lower_ == "that" and token.head == clause


def _made_clear(cue: Token) -> tuple[list[int], set[int]]:
    """ "made (it) clear that …": everything from behind `that` to the end of its clause."""
    clear = next((token for token in cue.subtree if token.lower_ in {"clear", "plain"} and token.i > cue.i), None)
    that = clear is not None and next((t for t in clear.sent if t.i > clear.i and t.i <= clear.i + 4 and t.lower_ == "that"), None)
    if not that or clear is None:
        return [], set()
    return [clear.i], {token.i for token in cue.subtree if token.i > that.i}


def _according_to(token: Token) -> Attribution | None:
    """ "according to X": the sentence around it is the content."""
    to = next((t for t in token.sent if t.i == token.i + 1 and t.lower_ == "to"), None)
    source = next((child for t in (token, to) if t is not None for child in t.children if child.dep_ == "pobj"), None)
    if to is None or source is None:
        return None
    host = next((t for t in token.ancestors if t.pos_ in {"VERB", "AUX"}), token.sent.root)
    own = {t.i for t in token.subtree} | {t.i for t in to.subtree}
    return Attribution((token.i, to.i), frozenset(t.i for t in host.subtree) - own, source.i)


def _outermost(found: list[Attribution]) -> list[Attribution]:
    """Attributions whose cue lies in no other one's content, largest content first: what is reported inside a report is its content."""
    kept: list[Attribution] = []
    for attribution in sorted(found, key=lambda a: (-len(a.content), a.cue)):
        if not any(attribution.cue[0] in other.content for other in kept):
            taken = frozenset().union(*(other.content for other in kept))
            kept.append(replace(attribution, content=attribution.content - taken))
    return kept


def _claim_quotes(doc: Doc, found: list[Attribution], quoted: list[int]) -> list[Attribution]:
    """Gives each quotation to the attribution that it touches, or to the nearest verb of speech of its sentence."""
    claimed: dict[int, set[int]] = {}
    for number in sorted(set(quoted) - {0}):
        inside = {i for i, q in enumerate(quoted) if q == number}
        owner = _owner(doc, found, inside)
        if owner is not None:
            claimed.setdefault(owner, set()).update(inside)
    return [replace(a, content=a.content | frozenset(claimed.get(n, ())), quoted=n in claimed) for n, a in enumerate(found)]


def _owner(doc: Doc, found: list[Attribution], inside: set[int]) -> int | None:
    touching = [(-len(a.content & inside), n) for n, a in enumerate(found) if a.content & inside]
    if touching:
        return min(touching)[1]
    first, last = doc[min(inside)].sent.start, doc[max(inside)].sent.end
    if first > 0 and doc[first - 1].text in {":", ","}:
        first = doc[first - 1].sent.start
    near = [
        (min(abs(a.cue[0] - min(inside)), abs(a.cue[0] - max(inside))), n)
        for n, a in enumerate(found)
        if first <= a.cue[0] < last and doc[a.cue[0]].lemma_.lower() in cues.SPEECH and (not a.content or len(inside) > 3)
    ]
    return min(near)[1] if near else None


def orphan_quotes(doc: Doc, quoted: list[int], found: list[Attribution]) -> list[Attribution]:
    """Quotations of whole sentences that no attribution claimed: they go on from the speaker before."""
    orphans = []
    for number in sorted(set(quoted) - {0}):
        inside = frozenset(i for i, q in enumerate(quoted) if q == number)
        if any(a.content & inside for a in found):
            continue
        sentences = doc[doc[min(inside)].sent.start : doc[max(inside)].sent.end]
        outside = [t for t in sentences if not quoted[t.i] and t.is_alpha and not any(t.i in a.content for a in found)]
        if not outside and len(inside) > 3:
            orphans.append(Attribution((), inside, quoted=True))
    return orphans
