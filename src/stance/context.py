"""What stands before a statement: it tells what the statement is about when its own words do not."""

TITLE = 100  # characters of the document's title
BEFORE = 240  # characters before the statement


def context(title: str, before: str) -> str:
    """The beginning of a document's `title` and the end of the text `before` a statement, in one line; "" when both are empty."""
    parts = (title[:TITLE], before[max(0, len(before) - BEFORE) :])
    return " | ".join(line for line in (" ".join(part.split()) for part in parts) if line)
