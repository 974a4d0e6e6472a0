"""The one error a user meets, and how it is phrased."""

from collections.abc import Iterable


class StanceError(Exception):
    """Bad input: one line that says what came, what is allowed and what to try."""


def refuse(came: str, allowed: str, advice: str) -> StanceError:
    """The error for `came` (what the input held), `allowed` (what it may hold) and `advice` (what to try)."""
    return StanceError(f"{came}; allowed: {allowed}. Try: {advice}")


def listing(names: Iterable[object], most: int = 5) -> str:
    """Up to `most` names, comma-separated, and how many more there are."""
    every = [str(name) for name in names]
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
