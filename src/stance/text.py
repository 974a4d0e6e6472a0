"""Paragraphs and quotations of a text, as offsets in code points; the text itself is never changed."""

import re
from dataclasses import dataclass

LINE = re.compile(r"[^\r\n]+")
CLOSING = {"“": ("”",), "„": ("“", "”"), "«": ("»",), "‘": ("’",), '"': ('"',), "''": ("''",), "``": ("''",), "'": ("'",)}
MIXED = {"“": ('"',), '"': ("”",)}  # partners in texts that mix straight and curly marks
MARK = re.compile(r"''|``|[“”„«»\"‘’']")
NEXT = re.compile(r"\s+(?:''|``|[“„«\"])")
LONGEST_QUOTE = 3000  # characters; a longer one in one paragraph has lost its marks
WRAPPED = range(45, 101)  # widths of the lines of hard-wrapped text


@dataclass(frozen=True)
class Span:
    """Half-open `start:end`."""

    start: int
    end: int

    def __contains__(self, offset: int) -> bool:
        return self.start <= offset < self.end


def paragraphs(text: str, start: int = 0) -> list[Span]:
    """Lines of `text` from `start` on; runs of lines that only a line width broke make one paragraph."""
    result: list[Span] = []
    block: list[Span] = []
    for match in LINE.finditer(text, start):
        if not match.group().strip():
            continue
        line = Span(*match.span())
        blank = bool(block) and len(text[block[-1].end : line.start].replace("\r\n", "\n")) > 1
        if blank:
            result += _unwrap(block)
            block = []
        block.append(line)
    return result + _unwrap(block)


def _unwrap(lines: list[Span]) -> list[Span]:
    widths = [line.end - line.start for line in lines]
    if len(lines) > 1 and all(width in WRAPPED for width in widths[:-1]) and widths[-1] <= WRAPPED.stop:
        return [Span(lines[0].start, lines[-1].end)]
    return lines


def quotes(text: str, paragraph: Span) -> list[Span]:
    """Words of the outermost quotations of one paragraph: between curly, straight, German, French, doubled and single marks.

    A mark without a partner opens nothing, unless it begins the paragraph, follows a colon or comma, or the next paragraph begins with a
    mark too: then the quotation runs to the paragraph's end.
    """
    found: list[Span] = []
    partners: dict[str, int | None] = {}  # by kind of mark, looked for once as far as it holds: a run of marks takes linear time
    at = paragraph.start
    while match := MARK.search(text, at, paragraph.end):
        mark, at = match.group(), match.end()
        if mark not in CLOSING or not _opens(text, match, paragraph):
            continue
        if mark not in partners or at > (partners[mark] or at):
            partners[mark] = _partner(text, mark, at, paragraph)
        end = partners[mark]
        if end is not None and end - at <= LONGEST_QUOTE:
            found.append(Span(at, end))
            at = end + 1
        elif end is None and paragraph.end - at <= LONGEST_QUOTE and _goes_on(text, match, paragraph):
            found.append(Span(at, paragraph.end))
            break
    return [quote for quote in found if text[quote.start : quote.end].strip()]


def _opens(text: str, match: re.Match[str], paragraph: Span) -> bool:
    before = text[match.start() - 1] if match.start() > paragraph.start else " "
    after = text[match.end() : match.end() + 1]
    if match.group() in {'"', "''", "'", "‘"}:
        return not before.isalnum() and bool(after) and not after.isspace()
    return True


def _partner(text: str, mark: str, start: int, paragraph: Span) -> int | None:
    """Offset of the mark that closes a quotation opened before `start`: its partner, or one of another style if it opens again first."""
    single = mark in {"'", "‘"}
    other = None
    for match in MARK.finditer(text, start, paragraph.end):
        found, after = match.group(), text[match.end() : match.end() + 1]
        if found in {mark, *MIXED.get(mark, ())} and _again(text, match, paragraph):
            if other is not None:
                break
            continue
        if found in CLOSING[mark]:
            if single and (after.isalnum() or text[match.start() - 1].isspace()):
                continue
            return match.start()
        if found in MIXED.get(mark, ()) and other is None:
            other = match.start()
    return other


def _again(text: str, match: re.Match[str], paragraph: Span) -> bool:
    """Whether a mark opens another quotation: a space before it, a letter behind."""
    before, after = text[match.start() - 1], text[match.end() : match.end() + 1]
    return match.group() in {"“", '"'} and before.isspace() and after.isalnum() and match.start() > paragraph.start


def _goes_on(text: str, match: re.Match[str], paragraph: Span) -> bool:
    before = text[paragraph.start : match.start()].rstrip()
    single = match.group() in {"'", "‘"}
    return not before or (not single and (before[-1] in ":," or bool(NEXT.match(text, paragraph.end))))
