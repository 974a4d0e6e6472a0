"""Raw documents to one table: ids, dates, genre, and links between copies of one text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from datasketch import MinHash, MinHashLSH
from dateutil import parser

from stance.codebook import GENRES
from stance.errors import listing
from stance.params import Ingest
from stance.raw import Raw, RawDocument, SetAside
from stance.records import DOCUMENTS, check, empty, identifier
from stance.transcripts import looks_like_transcript

YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?=[T\s]|$)|$)|$)")
COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?=T|$)")
SHINGLE, PERMUTATIONS, SEED = 5, 128, 1
SIDES_GIVEN = {side.lower(): side for side in ("US", "RUS", "other")}
SET_ASIDE = ["source", "reason", "detail"]


@dataclass(frozen=True)
class IngestResult:
    """`rows` fit records.DOCUMENTS. `set_aside`: `source`, `reason`, `detail`, one row per text that was not read.

    `notices` has the same columns for documents in `rows` that were read with a doubt, such as a guessed encoding.
    """

    rows: pd.DataFrame
    set_aside: pd.DataFrame
    notices: pd.DataFrame


def ingest(raw: Iterable[Raw], *, params: Ingest) -> IngestResult:
    """Documents of `raw`. Exact copies are set aside; near copies are kept and linked by `copy_of` to the earliest.

    Near copies: MinHash of word 5-grams (Broder 1997), from an estimated Jaccard similarity of `params.near_copy`.
    """
    rows: list[dict[str, object]] = []
    aside: list[SetAside] = []
    notices: list[SetAside] = []
    by_id: dict[str, str] = {}
    by_text: dict[str, str] = {}
    for item in raw:
        found = item if isinstance(item, SetAside) else _row(item, by_id, by_text)
        if isinstance(found, SetAside):
            aside.append(found)
        else:
            rows.append(found)
            doubts = item.notices | _unread(item.fields, found) if isinstance(item, RawDocument) else {}
            notices += [SetAside(item.source, reason, detail) for reason, detail in doubts.items()]
    frame = pd.DataFrame(rows, columns=list(DOCUMENTS.columns)) if rows else empty(DOCUMENTS)
    frame["copy_of"] = pd.Series(_copies(frame, params.near_copy), index=frame.index, dtype=str)
    return IngestResult(check(frame, DOCUMENTS), _listed(aside), _listed(notices))


def _listed(items: list[SetAside]) -> pd.DataFrame:
    return pd.DataFrame([vars(item) for item in items], columns=SET_ASIDE, dtype=str)


def _row(item: RawDocument, by_id: dict[str, str], by_text: dict[str, str]) -> dict[str, object] | SetAside:
    """A row of records.DOCUMENTS, or why there is none. `by_id` (id to text) and `by_text` (text to id) are kept up."""
    if not item.text[item.body_start :].strip():
        return SetAside(item.source, "empty")
    words = "\n".join([item.text, *item.fields.values()])
    if "\0" in words:
        return SetAside(item.source, "not decodable", "a NUL character")
    try:
        words.encode("utf-8")
    except UnicodeEncodeError as error:
        return SetAside(item.source, "not decodable", f"no character: {error.object[error.start]!a}")
    doc_id = item.fields.get("doc_id") or identifier(item.source, item.text)
    if by_id.get(doc_id) == item.text:
        return SetAside(item.source, "duplicate", f"of {doc_id}")
    if doc_id in by_id:
        return SetAside(item.source, "doc_id already used", doc_id)
    if item.text in by_text:
        return SetAside(item.source, "same text as another document", by_text[item.text])
    by_id[doc_id], by_text[item.text] = item.text, doc_id
    return _described(item, doc_id)


def _described(item: RawDocument, doc_id: str) -> dict[str, object]:
    given = {name: item.fields.get(name, "") for name in ("outlet", "title", "url", "licence", "speaker")}
    side = SIDES_GIVEN.get(item.fields.get("side", "").lower(), "")
    genre = item.fields.get("genre", "").lower()
    spoken = given["speaker"] or looks_like_transcript(item.text)
    default = "transcript" if spoken else "release" if side else "news"
    return given | {
        "doc_id": doc_id,
        "source": item.source,
        "published": iso_date(item.fields.get("published", "")),
        "genre": genre if genre in GENRES else default,
        "side": side,
        "text": item.text,
        "body_start": item.body_start,
        "copy_of": "",
    }


def _unread(fields: dict[str, str], row: dict[str, object]) -> dict[str, str]:
    """Metadata that were given and are not understood: what it is, to what came and what is allowed."""
    understood = {"side": row["side"], "published": row["published"], "genre": row["genre"] == fields.get("genre", "").lower()}
    allowed = {"side": listing(SIDES_GIVEN.values()), "published": "a date with a four-digit year", "genre": listing(GENRES)}
    return {
        f"{name} not read": f"{fields[name][:80]!r}; allowed: {allowed[name]}"
        for name, sound in understood.items()
        if name in fields and not sound
    }


def iso_date(text: str) -> str:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as precise as `text` says it; "" for what is no date with a four-digit year.

    Where day and month could change places ("03/04/2022") only the year is sure.
    """
    text = COMPACT.sub(r"\1-\2-\3", text)
    match = YEAR_FIRST.match(text)
    if match:
        parts = [int(part) for part in match.groups() if part]
    elif re.search(r"\d{4}", text) and not text.isdigit():  # two-digit years would be read by the clock
        parts = _date_parts(text)
    else:
        parts = []
    try:
        date(*[*parts, 1, 1][:3])  # raises for days that are not in the calendar
    except (ValueError, TypeError):
        return ""
    return "-".join(f"{part:0{width}}" for part, width in zip(parts, (4, 2, 2), strict=False))


def _date_parts(text: str) -> list[int]:
    """Year, month and day as far as every reading agrees; what `text` leaves open is filled in differently by each."""
    blanks = (datetime(2000, 1, 1), datetime(2001, 2, 2))
    try:
        readings = [parser.parse(text, default=blank, dayfirst=first, ignoretz=True) for blank in blanks for first in (False, True)]
    except (ValueError, OverflowError):
        return []
    parts: list[int] = []
    for name in ("year", "month", "day"):
        values = {getattr(reading, name) for reading in readings}
        if len(values) > 1:
            break
        parts += values
    return parts


def _copies(rows: pd.DataFrame, least: float) -> list[str]:
    """For each document the id of the earliest near copy, by date and then by order; "" for the earliest itself.

    Documents are compared with the earliest of each group alone, so that a hundred thousand copies take linear time.
    """
    banding = min(least, 0.9)  # the index must find more than is linked: it can't be tuned to a similarity of 1
    index = MinHashLSH(threshold=banding, num_perm=PERMUTATIONS, weights=(0.1, 0.9))
    first: dict[int, tuple[str, MinHash]] = {}
    copy_of: dict[str, str] = {}
    dated = rows.assign(when=rows["published"].replace("", "9999")).sort_values("when", kind="stable")
    bodies = [text[start:] for text, start in zip(dated["text"], dated["body_start"], strict=True)]
    hashes = MinHash.generator(map(_shingles, bodies), num_perm=PERMUTATIONS, seed=SEED)
    for number, (doc_id, found) in enumerate(zip(dated["doc_id"], hashes, strict=True)):
        near = [other for other in index.query(found) if found.jaccard(first[other][1]) >= least]
        if near:
            copy_of[doc_id] = first[min(near)][0]
        elif not found.is_empty():
            index.insert(number, found)
            first[number] = (doc_id, found)
    return [copy_of.get(doc_id, "") for doc_id in rows["doc_id"]]


def _shingles(text: str) -> list[bytes]:
    words = re.findall(r"\w+", text.lower())
    starts = range(max(len(words) - SHINGLE + 1, min(len(words), 1)))
    return list({" ".join(words[n : n + SHINGLE]).encode("utf-8"): None for n in starts})
