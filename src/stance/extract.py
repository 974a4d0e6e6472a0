"""Documents to attributed statements: who says what, in which words (codebook, sections 1 and 2)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rapidfuzz import fuzz

from stance.actors import Gazetteer
from stance.attribution.reader import Reader, together
from stance.context import context
from stance.drafts import Draft, places, reported, spoken
from stance.params import Extract
from stance.records import DOCUMENTS, STATEMENTS, check, empty
from stance.speakers import Resolver
from stance.text import Span

SAME = 85  # similarity (0-100) from which a speaker's two statements in one document are one


@dataclass(frozen=True)
class Extracted:
    """`rows` fit records.STATEMENTS; `dropped` counts what was left out, by reason."""

    rows: pd.DataFrame
    dropped: dict[str, int]


def extract(
    documents: pd.DataFrame,
    *,
    params: Extract,
    reader: Reader,
    gazetteer: Gazetteer,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Extracted:
    """Statements of all `documents` (records.DOCUMENTS) that are no copies. `track` wraps the loop, to show progress."""
    check(documents, DOCUMENTS)
    dropped: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    copies = int((documents["copy_of"] != "").sum())
    if copies:
        dropped["document is a near copy"] = copies
    for run in together(track(documents[documents["copy_of"] == ""].to_dict("records")), lambda document: len(document["text"])):
        grammars = reader.parser.several([(document["text"], places(document)) for document in run])
        for document, grammar in zip(run, grammars, strict=True):
            resolver = Resolver(document["text"], gazetteer, date=document["published"], name_slip=params.name_slip)
            if document["genre"] == "news":
                drafts = reported(document, grammar, reader, resolver, dropped)
            else:
                drafts = spoken(document, grammar, resolver)
            rows += _rows(document, drafts, resolver, dropped)
    frame = pd.DataFrame(rows, columns=list(STATEMENTS.columns)) if rows else empty(STATEMENTS)
    return Extracted(check(frame, STATEMENTS), dict(sorted(dropped.items())))


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
            "context": context(document["title"], text[document["body_start"] : draft.spans[0].start]),
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
