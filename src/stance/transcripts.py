"""Speaker turns of transcripts: `MS. PSAKI:`, `Q`, `Vladimir Putin:` at the start of a line."""

import re
from dataclasses import dataclass

from stance.text import Span, paragraphs

UPPER = r"[^\W\d_a-zß-öø-ÿ]"
TITLED = r"(?:(?:MR|Mr|MS|Ms|MRS|Mrs|DR|Dr|SEC|SECRETARY|PRESIDENT|AMBASSADOR|GENERAL|THE)\.? )?"
JOINING = r"(?:of|the|and|for|on|bin|al|el|de|van|von|der) "
HEADING = (
    r"(?:Dear|On|The|Pillar|Operation|Updating|Combatting|Expanded|Deeper|Stronger|Global|Regional|People-to-People|Key|"
    r"SUBJECT|FOR|FROM|TO|LEARN|READ)\b"
)
TAG = re.compile(
    rf"(?P<q>Q\b|(?:QUESTION|REPORTER|AUDIENCE MEMBER|Question|Reporter|Journalist|Remark|Reply):)|"
    rf"(?P<tag>(?!{HEADING}){TITLED}(?:{UPPER}(?:{UPPER}|[.'’ -]){{2,60}}|"
    rf"{UPPER}[\w.'’-]+ (?:{UPPER}[\w.'’“”\"-]* |{JOINING}){{0,12}}{UPPER}[\w.'’-]+))(?: \([^)\n]{{1,60}}\))?:(?=\s)"
)
NO_SPEECH = re.compile(r"^[\[(].*[\])]$")
LEAST_TURNS = 3


@dataclass(frozen=True)
class Turn:
    """What one speaker says without interruption, paragraph by paragraph. `tag` is as the text gives it; "Q" asks."""

    tag: str
    tag_span: Span | None
    parts: tuple[Span, ...]

    @property
    def is_question(self) -> bool:
        return self.tag == "Q"


def turns(text: str, start: int = 0, speaker: str = "") -> list[Turn]:
    """Turns of a transcript in their order. Text before the first tag belongs to `speaker`, or to nobody ("")."""
    result: list[Turn] = []
    tag, tag_span = speaker, None
    parts: list[Span] = []
    for paragraph in paragraphs(text, start):
        match = TAG.match(text, paragraph.start, paragraph.end)
        body = paragraph
        if match:
            if parts:
                result.append(Turn(tag, tag_span, tuple(parts)))
            tag = "Q" if match["q"] else match["tag"]
            tag_span, parts = Span(*match.span("q" if match["q"] else "tag")), []
            body = Span(match.end(), paragraph.end)
        if text[body.start : body.end].strip() and not NO_SPEECH.match(text[body.start : body.end].strip()):
            parts.append(body)
    return [*result, Turn(tag, tag_span, tuple(parts))] if parts else result


def looks_like_transcript(text: str) -> bool:
    """Whether at least three lines begin with a speaker tag, and at least two of these tags stand twice or ask."""
    tags = [TAG.match(text, paragraph.start, paragraph.end) for paragraph in paragraphs(text)]
    named = [match["tag"] or "Q" for match in tags if match]
    return len(named) >= LEAST_TURNS and len(named) > len(set(named))
