"""Bytes to text: by byte order mark, as UTF-8, or by a guess that says that it is one."""

import codecs
from contextlib import suppress

from charset_normalizer import from_bytes

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
CYRILLIC = ["cp1251", "koi8_r", "iso8859_5"]
GUESSED = ["cp1252", *CYRILLIC, "cp1250", "iso8859_2"]  # the first of equally likely ones is taken
DISORDER = 0.1  # most disorder (charset-normalizer's "chaos", 0 to 1) in what counts as text
SAMPLE = 100_000  # bytes around the first one that is not ASCII
NEAR = 0.05  # encodings whose coherence (0 to 1) differs by less are equally likely


class Unreadable(Exception):
    """Carries a reason and a detail from a reader to its SetAside."""

    def __init__(self, reason: str, detail: object = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, " ".join(str(detail).split())[:200]


def decode(content: bytes, declared: str = "") -> tuple[str, str]:
    """Text, and a notice if its encoding is a guess. Line ends stay; a byte order mark is no part of the text.

    By its byte order mark, as UTF-8, as `declared`, or by charset-normalizer's guess if that is sure.
    Raises Unreadable for what is no text.
    """
    encoding, notice = encoding_of(content, declared)
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        raise Unreadable("not decodable", error) from None
    if "\0" in text:
        raise Unreadable("binary, not text")
    return text, notice


def encoding_of(content: bytes, declared: str = "") -> tuple[str, str]:
    """The codec to read `content` with, and a notice if it is a guess. Raises Unreadable when there is none."""
    marked = _marked(content)
    if marked == "utf-16" and all(match.chaos >= DISORDER for match in from_bytes(content, cp_isolation=[marked])):
        raise Unreadable("not decodable", "its head says UTF-16, but it is not")
    if marked:
        return marked, ""
    if b"\0" in content:
        raise Unreadable("binary, not text")
    for encoding in ("utf-8", declared):
        with suppress(LookupError, UnicodeError):
            content.decode(encoding)
            return encoding, ""
    guess = _guess(content)
    return guess, f"read as {guess}, a guess"


def encoding_of_table(head: bytes) -> tuple[str, str]:
    """`encoding_of` the lines that begin a table; UTF-8 where that is unclear, so that only single rows are lost, as are those with a NUL
    where most lines have none."""
    if marked := _marked(head):
        return marked, ""
    lines = head.splitlines()
    if 2 * sum(b"\0" in line for line in lines) < len(lines):
        head = head.replace(b"\0", b"")
    try:
        return encoding_of(head[: head.rfind(b"\n") + 1] or head)
    except Unreadable as error:
        if error.reason == "not decodable":
            return "utf-8", ""
        raise


def _marked(content: bytes) -> str:
    return next((encoding for mark, encoding in MARKS.items() if content.startswith(mark)), "")


def _guess(content: bytes) -> str:
    """The likeliest of a few encodings. Damaged UTF-8 has none, nor has text in no language that can be told."""
    rough = content.decode("utf-8", "replace")
    broken = rough.count("\ufffd")
    candidates = CYRILLIC if b"\xff" in content else GUESSED  # elsewhere this byte is a letter that hardly any word has
    first = next(n for n, byte in enumerate(content) if byte > 127)
    sample = content[max(0, first - SAMPLE) : first + SAMPLE]  # of large files charset-normalizer drops likely candidates
    matches = list(from_bytes(sample, cp_isolation=candidates, threshold=DISORDER))
    if sum(not char.isascii() for char in rough) > 2 * broken or not matches or not matches[0].coherence:
        raise Unreadable("not decodable", f"{broken} places are not UTF-8, and no other encoding is likely")
    best = matches[0]
    likely = [match.encoding for match in matches if match.chaos == best.chaos and best.coherence - match.coherence < NEAR]
    return min(likely, key=candidates.index)
