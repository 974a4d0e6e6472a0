"""The way from a cue to a token in the tree of a sentence."""

from dataclasses import dataclass

import numpy as np

from stance.attribution.grammar import Grammar, Numbers, Scores

LEVELS = 5  # steps up from the cue in which a common ancestor is looked for
CLIMB = 60  # steps up from the token


@dataclass(frozen=True)
class Path:
    """The way from a cue to a token through their lowest common ancestor, for each of n pairs.

    `level`: steps from the cue up to it (LEVELS: none found); `own`, `branch`: its children on the cue's and on the token's way;
    `between`: the surest other cue on the token's way, with its score.
    """

    level: Numbers
    top: Numbers
    own: Numbers
    branch: Numbers
    between: Numbers
    between_score: Scores


def path(g: Grammar, cue: Numbers, token: Numbers, cue_scores: Scores) -> Path:
    """The paths of n pairs. `cue_scores`: log-odds of each token of the grammar to be a cue."""
    left, right = g.edges
    level, top, own = np.full(len(cue), LEVELS), np.full(len(cue), -1), np.full(len(cue), -1)
    at, below = cue, cue
    for step in range(LEVELS):
        here = (top < 0) & (left[at] <= token) & (token <= right[at])
        level[here], top[here], own[here] = step, at[here], below[here]
        at, below = g.head[at], at
    branch, between = token.copy(), token.copy()
    score = np.where(token != cue, cue_scores[token], -9).astype(np.float32)
    climbing = np.flatnonzero((top >= 0) & (token != top) & (g.head[token] != top))
    for _ in range(CLIMB):
        branch[climbing] = g.head[branch[climbing]]
        surer = climbing[cue_scores[branch[climbing]] > score[climbing]]
        score[surer], between[surer] = cue_scores[branch[surer]], branch[surer]
        climbing = climbing[(g.head[branch[climbing]] != top[climbing]) & (branch[climbing] != g.head[branch[climbing]])]
    return Path(level, top, own, branch, between, score)
