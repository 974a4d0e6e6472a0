"""A form for one coder, in a terminal or a notebook: a statement at a time, codes by number, saved after each."""

from collections.abc import Callable

import pandas as pd

from stance.checks import CODES, REQUIRED, choices

QUIT, BACK = "q", "b"


def fill(
    rows: pd.DataFrame,
    *,
    ask: Callable[[str], str] = input,
    save: Callable[[pd.DataFrame], None] = lambda rows: None,
) -> pd.DataFrame:
    """`rows` of a sheet with codes asked for where `act` is empty; `save` is called after each statement.

    Answers are the numbers shown or the codes themselves; an empty one passes over an optional code; `b` goes back to the statement
    before, `q` stops.
    """
    rows = rows.copy()
    todo = list(rows.index[rows["act"] == ""])
    at = 0
    while at < len(todo):
        found = _codes(rows.loc[todo[at]], f"[{at + 1} of {len(todo)}]", ask)
        if found == QUIT:
            break
        if found == BACK:
            at = max(0, at - 1)
            continue
        rows.loc[todo[at], CODES] = pd.Series(found)
        save(rows)
        at += 1
    return rows


def _codes(row: pd.Series, head: str, ask: Callable[[str], str]) -> dict[str, str] | str:
    """The codes of one statement, or QUIT or BACK."""
    shown = f"\n{head} {row['title']}\n{row['speaker']}\n…{row['before']}\n>>> {row['statement']} <<<\n{row['after']}…\n"
    found: dict[str, str] = {}
    for name, codes in choices().items():
        options = "  ".join(f"{n} {code}" for n, code in enumerate(codes, 1))
        optional = "" if name in REQUIRED else " (empty: none)"
        answer = None
        while answer is None:
            said = ask(f"{shown}{name}{optional}: {options}\n> ").strip().lower()
            if said in (QUIT, BACK):
                return said
            answer = _meant(said, codes, optional=bool(optional))
        found[name], shown = answer, ""
    return found


def _meant(said: str, codes: tuple[str, ...], *, optional: bool) -> str | None:
    if not said and optional:
        return ""
    if said.isdecimal() and 1 <= int(said) <= len(codes):
        return codes[int(said) - 1]
    return said if said in codes else None
