"""The acts, issues and stances of `data/codebook/codebook.yaml`, in their order, and the names of sides, genres and quotes."""

from dataclasses import dataclass
from functools import cache

import yaml

from stance.resources import resource

SIDES = ["US", "RUS", "other", "unknown"]
COMPARED = ["US", "RUS"]
DIFFERENCE = "RUS - US"  # how a row that compares the sides names itself
SIDE_NAMES = {"US": "United States", "RUS": "Russia", "other": "Others", "unknown": "Unknown"}
GENRES = ["news", "transcript", "release"]
NO_ISSUE, NO_STANCE = "none_other", "n/a"  # the issue of what has none, and its stance
QUOTES = ["direct", "indirect", "mixed", "turn"]


@dataclass(frozen=True)
class Issue:
    """What an act is about, and the proposition that a stance is for or against; `relative` where each side may mean something else by
    it, as "the forces in question", so that stances of the two can't be compared."""

    name: str
    definition: str
    proposition: str
    relative: bool = False


@dataclass(frozen=True)
class Codebook:
    """`acts` and `stances` give a definition for each code, `issues` an Issue."""

    version: str
    acts: dict[str, str]
    issues: dict[str, Issue]
    stances: dict[str, str]


@cache
def codebook() -> Codebook:
    """The codebook that ships with the package."""
    content = yaml.safe_load(resource("codebook/codebook.yaml").read_text(encoding="utf-8"))
    issues = {code: Issue(**fields) for code, fields in content["issues"].items()}
    return Codebook(str(content["version"]), content["acts"], issues, content["stances"])


ACTS: tuple[str, ...] = tuple(codebook().acts)
