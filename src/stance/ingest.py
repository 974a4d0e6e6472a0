"""Raw documents to one table: ids, metadata, genre, and links between copies of one text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from datasketch import MinHash, MinHashLSH

from stance.codebook import GENRES
from stance.params import Ingest
from stance.readers import Raw, RawDocument, SetAside
from stance.records import DOCUMENTS, check, empty, identifier
from stance.transcripts import looks_like_transcript

ALIASES = {
    "doc_id": ("doc_id", "id"),
    "outlet": ("outlet", "publisher", "site"),
    "published": ("published", "date", "published_at"),
    "title": ("title", "headline"),
    "url": ("url", "link"),
    "licence": ("licence", "license"),
    "genre": ("genre",),
    "speaker": ("speaker",),
    "side": ("side",),
}
DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?![\d/-])")
SHINGLE, PERMUTATIONS = 5, 128
SET_ASIDE = ["source", "reason", "detail"]


@dataclass(frozen=True)
class IngestResult:
    """`rows` fit records.DOCUMENTS; `set_aside` has the columns `source`, `reason`, `detail`."""

    rows: pd.DataFrame
    set_aside: pd.DataFrame


def ingest(raw: Iterable[Raw], *, params: Ingest) -> IngestResult:
    """Documents of `raw`. Exact copies are set aside; near copies are kept and linked by `copy_of` to the earliest.

    Near copies: MinHash of word 5-grams (Broder 1997), linked from an estimated Jaccard similarity of `params.near_copy`.
    """
    rows: list[dict[str, object]] = []
    aside: list[SetAside] = []
    ids: dict[str, str] = {}
    texts: dict[str, str] = {}
    for item in raw:
        problem = item if isinstance(item, SetAside) else _problem(item)
        if problem is None and isinstance(item, RawDocument):
            row = _row(item)
            problem = _double(row, item, ids, texts)
            if problem is None:
                ids[str(row["doc_id"])] = texts[item.text] = str(row["doc_id"])
                rows.append(row)
        if problem is not None:
            aside.append(problem)
    frame = pd.DataFrame(rows, columns=list(DOCUMENTS.columns)) if rows else empty(DOCUMENTS)
    frame["copy_of"] = pd.Series(_copies(frame, params.near_copy), index=frame.index, dtype=str)
    table = pd.DataFrame([vars(item) for item in aside], columns=SET_ASIDE, dtype=str)
    return IngestResult(check(frame, DOCUMENTS), table)


def _problem(item: RawDocument) -> SetAside | None:
    if not item.text[item.body_start :].strip():
        return SetAside(item.source, "empty")
    try:
        (item.text + "".join(item.fields.values())).encode("utf-8")
    except UnicodeEncodeError as error:
        return SetAside(item.source, "not decodable", f"lone surrogate at character {error.start}")
    return None


def _row(item: RawDocument) -> dict[str, object]:
    given = {name: next((item.fields[alias] for alias in aliases if alias in item.fields), "") for name, aliases in ALIASES.items()}
    genre = given["genre"].lower()
    spoken = given["speaker"] or looks_like_transcript(item.text)
    side = given["side"] if given["side"] in {"US", "RUS", "other"} else ""
    default = "transcript" if spoken else "release" if side else "news"
    return given | {
        "doc_id": given["doc_id"] or identifier(item.source, item.text),
        "source": item.source,
        "published": iso_date(given["published"]),
        "genre": genre if genre in GENRES else default,
        "side": side,
        "text": item.text,
        "body_start": item.body_start,
        "copy_of": "",
    }


def iso_date(text: str) -> str:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as precise as `text` gives it; "" for what is no date."""
    match = DATE.match(text)
    if match:
        year, month, day = match.groups()
        parsed = pd.to_datetime(f"{year}-{month or '01'}-{day or '01'}", errors="coerce")
        return "" if pd.isna(parsed) else match.group()
    parsed = pd.to_datetime(text, errors="coerce", utc=True) if text and not text.isdigit() else pd.NaT
    return "" if pd.isna(parsed) else str(parsed.date())


def _double(row: dict[str, object], item: RawDocument, ids: dict[str, str], texts: dict[str, str]) -> SetAside | None:
    doc_id = str(row["doc_id"])
    if item.text in texts:
        return SetAside(item.source, "same text as another document", texts[item.text])
    return SetAside(item.source, "doc_id already used", doc_id) if doc_id in ids else None


def _copies(rows: pd.DataFrame, least: float) -> list[str]:
    """For each document the id of the earliest near copy, by date and then by order; "" for the earliest itself."""
    index = MinHashLSH(threshold=least, num_perm=PERMUTATIONS)
    hashes: dict[str, MinHash] = {}
    copy_of: dict[str, str] = {}
    dated = rows.assign(when=rows["published"].replace("", "9999")).sort_values("when", kind="stable")
    for doc_id, text in zip(dated["doc_id"], dated["text"], strict=True):
        words = re.findall(r"\w+", text.lower())
        if len(words) < SHINGLE:
            continue
        found = MinHash(num_perm=PERMUTATIONS, seed=1)
        found.update_batch({" ".join(words[n : n + SHINGLE]).encode() for n in range(len(words) - SHINGLE + 1)})
        near = [other for other in index.query(found) if found.jaccard(hashes[other]) >= least]
        if near:
            copy_of[doc_id] = min(near, key=list(hashes).index)
        else:
            index.insert(doc_id, found)
            hashes[doc_id] = found
    return [copy_of.get(doc_id, "") for doc_id in rows["doc_id"]]
