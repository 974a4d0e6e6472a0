"""Documents to attributed statements: who says what, in which words (DESIGN section 3; CODEBOOK sections 1 and 2)."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rapidfuzz import fuzz
from spacy.language import Language
from spacy.tokens import Doc, Token

from stance.actors import Gazetteer
from stance.attribution import Attribution, find_attributions, orphan_quotes
from stance.params import Extract
from stance.records import DOCUMENTS, STATEMENTS, check, empty
from stance.speakers import UNKNOWN, Resolver, Speaker
from stance.text import Span, paragraphs, quotes
from stance.transcripts import turns

HEADING = re.compile(r"^(?:[^“\"]*: )?(?P<who>[^:“\"]{2,60}): (?P<what>\S.*)$", re.S)
HEADING_WORDS = 25
EDGES = " \t\r\n\"“”„«»‘’'`,.;:–—-"
SAME = 85  # similarity (0-100) from which a speaker's two statements in one document are one


@dataclass(frozen=True)
class Extracted:
    """`rows` fit records.STATEMENTS; `dropped` counts what was left out, by reason."""

    rows: pd.DataFrame
    dropped: dict[str, int]


@dataclass(frozen=True)
class Said:
    """What one attribution's statements share, in offsets of the document. `number` counts attributions."""

    number: int
    speakers: list[Speaker]
    cue: str = ""
    cue_span: Span | None = None
    source: Span | None = None
    addressee: Span | None = None


@dataclass(frozen=True)
class Draft:
    """One statement of one speaker."""

    spans: list[Span]
    quote: str
    speaker: Speaker
    said: Said


def extract(
    documents: pd.DataFrame,
    *,
    params: Extract,
    nlp: Language,
    gazetteer: Gazetteer,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Extracted:
    """Statements of all `documents` (records.DOCUMENTS) that are no copies. `track` wraps the loop, to show progress."""
    check(documents, DOCUMENTS)
    dropped: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    for document in track(documents.to_dict("records")):
        if document["copy_of"]:
            dropped["document is a near copy"] += 1
            continue
        resolver = Resolver(document["text"], gazetteer, date=document["published"], name_slip=params.name_slip)
        spoken = document["genre"] != "news"
        drafts = _turns(document, nlp, resolver) if spoken else _news(document, nlp, resolver)
        rows += _rows(document, drafts, resolver, dropped)
    frame = pd.DataFrame(rows, columns=list(STATEMENTS.columns)) if rows else empty(STATEMENTS)
    return Extracted(check(frame, STATEMENTS), dict(sorted(dropped.items())))


def _parsed(text: str, spans: list[Span], nlp: Language) -> Iterator[tuple[Span, Doc]]:
    """The parse of each span; line ends inside are spaces to the parser, so that offsets hold."""
    plain = (re.sub(r"[\r\n\t\u00a0]", " ", text[span.start : span.end]) for span in spans)
    return zip(spans, nlp.pipe(plain, batch_size=64), strict=True)


def _turns(document: dict[str, Any], nlp: Language, resolver: Resolver) -> Iterator[Draft]:
    """Each sentence of each speaker's turn; questions of reporters are left out."""
    text = document["text"]
    given = _given_speaker(document, resolver)
    spoken = [
        turn for turn in turns(text, document["body_start"], document["speaker"] or document["side"]) if not turn.is_question and turn.tag
    ]
    parts = [(n, turn, part) for n, turn in enumerate(spoken) for part in turn.parts]
    speakers = {turn.tag: resolver.resolve_tag(turn.tag, document["side"]) if turn.tag_span else given for turn in spoken}
    for (n, turn, _), (span, doc) in zip(parts, _parsed(text, [part for _, _, part in parts], nlp), strict=True):
        for sentence in doc.sents:
            inner = _trim(text, Span(span.start + sentence.start_char, span.start + sentence.end_char), " \t\r\n")
            if inner:
                yield Draft([inner], "turn", speakers[turn.tag], Said(n, [], source=turn.tag_span))


def _given_speaker(document: dict[str, Any], resolver: Resolver) -> Speaker:
    """The speaker that the document's own metadata names; the side there wins."""
    known = resolver.resolve_tag(document["speaker"]) if document["speaker"] else UNKNOWN
    if not document["side"] or known.side == document["side"]:
        return known
    return Speaker(
        document["speaker"] or document["outlet"],
        known.office,
        document["side"],
        "document",
        known.person,
        document["side"],
    )


def _news(document: dict[str, Any], nlp: Language, resolver: Resolver) -> Iterator[Draft]:
    """Reported speech paragraph by paragraph; a quotation without a source of its own goes on from the speaker before."""
    text = document["text"]
    number = 0
    last: Said | None = None
    for span, doc in _parsed(text, paragraphs(text, document["body_start"]), nlp):
        marks = quotes(text, span)
        headed = _heading(text, span, resolver)
        if headed:
            number += 1
            whole = any(mark.start <= headed[1].start and headed[1].end <= mark.end for mark in marks)
            yield Draft([headed[1]], "direct" if whole else "mixed" if marks else "indirect", headed[0], Said(number, []))
            continue
        quoted = _quoted(doc, span, marks)
        found = find_attributions(doc, quoted)
        every = sorted([*found, *orphan_quotes(doc, quoted, found)], key=lambda a: min(a.content))
        before, last = last, None
        for attribution in every:
            number += 1
            if attribution.source is not None:
                last = _said(doc, attribution, number, resolver, span)
            else:
                last = last or before or Said(number, [UNKNOWN])
            yield from _drafts(doc, attribution, quoted, span, last)
        if not every or not every[-1].quoted:
            last = None


def _heading(text: str, paragraph: Span, resolver: Resolver) -> tuple[Speaker, Span] | None:
    words = text[paragraph.start : paragraph.end]
    match = HEADING.match(words)
    if not match or (len(words.split()) > HEADING_WORDS and match["what"][0] not in '“"«„'):
        return None
    speaker = resolver.resolve_heading(match["who"])
    what = _trim(text, Span(paragraph.start + match.start("what"), paragraph.end))
    return (speaker, what) if speaker and what else None


def _quoted(doc: Doc, paragraph: Span, marks: list[Span]) -> list[int]:
    """For each token 1 + the number of the quotation that holds it, else 0."""
    return [next((n + 1 for n, quote in enumerate(marks) if paragraph.start + token.idx in quote), 0) for token in doc]


def _said(doc: Doc, attribution: Attribution, number: int, resolver: Resolver, paragraph: Span) -> Said:
    head = doc[attribution.source or 0]
    source = _phrase(doc, head, attribution.content | set(attribution.cue), paragraph)
    cue = [doc[i] for i in sorted(attribution.cue)]
    told = doc[attribution.addressee] if attribution.addressee is not None else None
    return Said(
        number,
        resolver.resolve(source, _span(head, head, paragraph)),
        " ".join(token.lemma_.lower() for token in cue),
        _span(cue[0], cue[-1], paragraph),
        source,
        _span(told.left_edge, told, paragraph) if told is not None else None,
    )


def _span(first: Token, last: Token, paragraph: Span) -> Span:
    return Span(paragraph.start + first.idx, paragraph.start + last.idx + len(last))


def _phrase(doc: Doc, head: Token, outside: Set[int], paragraph: Span) -> Span:
    """The unbroken part of the head's subtree around it."""
    inside = {token.i for token in head.subtree} - outside
    first = last = head.i
    while first - 1 in inside:
        first -= 1
    while last + 1 in inside:
        last += 1
    return _span(doc[first], doc[last], paragraph)


def _drafts(doc: Doc, attribution: Attribution, quoted: list[int], paragraph: Span, said: Said) -> Iterator[Draft]:
    """One draft per sentence of the content and per speaker."""
    for sentence in doc.sents:
        tokens = [t for t in sentence if t.i in attribution.content]
        spans = _runs(doc, tokens, paragraph)
        if not spans:
            continue
        letters = [bool(quoted[t.i]) for t in tokens if t.text[:1].isalnum()]
        quote = "direct" if all(letters) else "mixed" if any(letters) else "indirect"
        for speaker in said.speakers:
            yield Draft(spans, quote, speaker, said)


def _runs(doc: Doc, tokens: list[Token], paragraph: Span) -> list[Span]:
    """Spans of neighbouring tokens; a gap of punctuation only joins its neighbours."""
    runs: list[list[int]] = []
    for token in tokens:
        if runs and all(doc[i].is_punct or doc[i].is_space for i in range(runs[-1][1] + 1, token.i)):
            runs[-1][1] = token.i
        else:
            runs.append([token.i, token.i])
    text = doc.text
    spans = [_trim(text, Span(doc[a].idx, doc[b].idx + len(doc[b]))) for a, b in runs]
    return [Span(paragraph.start + span.start, paragraph.start + span.end) for span in spans if span]


def _trim(text: str, span: Span, edges: str = EDGES) -> Span | None:
    """`span` without punctuation at its edges, but with the mark that closes a quotation opened inside; None without a letter."""
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip(edges))
    end = span.end - (len(words) - len(words.rstrip(edges)))
    if start >= end or not any(char.isalnum() for char in text[start:end]):
        return None
    inner = text[start:end]
    closes = re.match(r"[,.]?”", text[end : end + 2])
    if closes and inner.count("“") > inner.count("”"):
        end += closes.end()
    return Span(start, end)


def _rows(document: dict[str, Any], drafts: Iterable[Draft], resolver: Resolver, dropped: Counter[str]) -> Iterator[dict[str, Any]]:
    text, doc_id = document["text"], document["doc_id"]
    kept: dict[tuple[str, str], list[str]] = {}
    for draft in drafts:
        content = " ".join(text[span.start : span.end] for span in draft.spans)
        if len(content.split()) < 2:
            dropped["fewer than two words"] += 1
            continue
        earlier = kept.setdefault((draft.speaker.name, draft.speaker.side), [])
        if len(content.split()) > 3 and any(fuzz.ratio(content.lower(), old) >= SAME for old in earlier):
            dropped["repeated in the document"] += 1
            continue
        earlier.append(content.lower())
        suffix = f":{draft.said.speakers.index(draft.speaker) + 1}" if len(draft.said.speakers) > 1 else ""
        yield {
            "statement_id": f"{doc_id}:{draft.spans[0].start}-{draft.spans[-1].end}{suffix}",
            "attribution_id": f"{doc_id}:a{draft.said.number}",
            "doc_id": doc_id,
            "spans": [[span.start, span.end] for span in draft.spans],
            "content": content,
            "quote": draft.quote,
            "cue": draft.said.cue,
            "cue_span": _pair(draft.said.cue_span),
            "source_text": text[draft.said.source.start : draft.said.source.end] if draft.said.source else "",
            "source_span": _pair(draft.said.source),
            "speaker": draft.speaker.name,
            "office": draft.speaker.office,
            "side": draft.speaker.side,
            "side_basis": draft.speaker.basis,
            "addressee": _addressee(draft, resolver),
        }


def _pair(span: Span | None) -> list[int]:
    return [span.start, span.end] if span else []


def _addressee(draft: Draft, resolver: Resolver) -> str:
    """Whom the act is for: the one told, else the first outside actor that the content names, else `unspecified`."""
    places = ([draft.said.addressee] if draft.said.addressee else []) + draft.spans
    for place in places:
        for mention in resolver.mentions_in(place):
            detail = resolver.speaker_of(mention.entities[0], "").detail
            if detail and detail not in {draft.speaker.side, draft.speaker.detail}:
                return detail
    return "unspecified"
