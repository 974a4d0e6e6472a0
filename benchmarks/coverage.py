"""Do the intervals hold the true share as often as they say? The full grid of simulations; tests/test_coverage.py runs a quick one.

    python benchmarks/coverage.py [--replicates 1000] [--jobs 2]

Writes reports/benchmarks/coverage.csv: for each cell of the grid the coverage of nominal 95 % intervals for the US, Russia and their
difference, among those that are shown, that of the classifier's raw count, and widths beside those of codes alone, from the same draw and
from a simple random one. A cell that is shown and covered outside of BAR is drawn anew, AGAIN times as often, as of so many cells some
fall outside by chance; `first` is its coverage in the first draws.
"""

import itertools
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from joblib import Parallel, delayed
from rich.progress import track
from scipy.stats import norm

from simulated import DRAWS, ERRORS, SIMPLE, UNEQUAL, UNEVEN, corpus, draw
from stance.cells import enough
from stance.difference import effective_documents, share
from stance.files import write_csv
from stance.intervals import Share, contrast, wilson

LEVEL = 0.95
Z = float(norm.ppf(0.5 + LEVEL / 2))
GRID: dict[str, list[Any]] = {
    "errors": list(ERRORS),
    "correlation": [0.0, 0.1, 0.3],
    "prevalence": [0.03, 0.1, 0.3],
    "codes": [100, 300, 1000],
    "drawn": list(DRAWS),
}
GRIDS = [GRID, {**GRID, "drawn": [*UNEQUAL, UNEVEN]}]
SETTINGS = [dict(zip(grid, values, strict=True)) for grid in GRIDS for values in itertools.product(*grid.values())]
BAR = (0.93, 0.97)  # coverage of nominal 95 % intervals that will do
SHOWN = 0.2  # of the draws, below which a cell has too few intervals to judge
AGAIN = 10
PER_CORPUS = 10  # draws from one simulated corpus
SEED = 20220121
OUT = Path(__file__).resolve().parents[1] / "reports" / "benchmarks" / "coverage.csv"


def covers(limits: tuple[float, float], truth: float) -> bool:
    return limits[0] <= truth <= limits[1]


def width(limits: tuple[float, float]) -> float:
    return limits[1] - limits[0]


def replicate(rng: np.random.Generator, found: Any, codes: int, how: str) -> list[dict[str, Any]]:
    """One draw: a row for each side and one for the difference, with coverage and widths where they are shown."""
    rows, design = draw(rng, found, codes, how)
    plain, simple = (rows, design) if how == SIMPLE else draw(rng, found, codes, SIMPLE)
    sides: list[tuple[Share, Share, Share]] = []
    result = []
    for side in (0, 1):
        own, inside = found.side == side, found.side[rows] == side
        mean_f = float(found.f[own].mean())
        documents = effective_documents(design, inside, pd.factorize(found.document[own])[0], found.f[own])
        shown = bool(inside.any()) and enough(int(inside.sum()), float(found.f[rows][inside].sum()), documents)
        if not shown or not (found.side[plain] == side).any():
            continue
        full = share(found.y[rows], found.f[rows], mean_f, inside, design)
        alone = share(found.y[rows], found.f[rows], mean_f, inside, design, 0.0)
        random = share(found.y[plain], found.f[plain], mean_f, found.side[plain] == side, simple, 0.0)
        sides.append((full, alone, random))
        naive = wilson(np.array(found.naive(side)), np.array((found.side == side).sum()), Z)
        result.append(
            _row(
                "US" if side == 0 else "RUS",
                full,
                alone,
                random,
                found.truth(side),
                covers((float(naive[0]), float(naive[1])), found.truth(side)),
            )
        )
    if len(sides) == 2:
        full_gap, alone_gap, random_gap = (contrast(sides[1][k], sides[0][k]) for k in range(3))
        result.append(_row("RUS - US", full_gap, alone_gap, random_gap, found.truth(1) - found.truth(0), None))
    return result


def _row(side: str, full: Any, alone: Any, random: Any, truth: float, naive: bool | None) -> dict[str, Any]:
    limits, of_codes, of_random = (one.interval(LEVEL) for one in (full, alone, random))
    return {
        "side": side,
        "covered": covers(limits, truth),
        "alone": covers(of_codes, truth),
        "naive": naive,
        "width": width(limits),
        "of_alone": width(limits) / max(width(of_codes), 1e-9),
        "of_random": width(limits) / max(width(of_random), 1e-9),
        "error": full.value - truth,
    }


def cell(setting: dict[str, Any], replicates: int, seed: int) -> pd.DataFrame:
    """Coverage of one cell of the grid, a row per side and one for the difference; cells that are never shown have `shown` 0."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for n in range(replicates):
        if n % PER_CORPUS == 0:
            errors = ERRORS[setting["errors"]]
            uneven = setting["drawn"] == UNEVEN
            found = corpus(rng, prevalence=setting["prevalence"], correlation=setting["correlation"], errors=errors, uneven=uneven)
        rows += replicate(rng, found, setting["codes"], setting["drawn"])
    frame = pd.DataFrame(rows, columns=["side", "covered", "alone", "naive", "width", "of_alone", "of_random", "error"])
    frame["naive"] = frame["naive"].astype(float)
    means = frame.groupby("side").mean().reindex(["US", "RUS", "RUS - US"])
    shown = frame.groupby("side").size().reindex(means.index, fill_value=0) / replicates
    return means.assign(shown=shown, replicates=replicates, **setting).reset_index()


def outside(found: pd.DataFrame) -> bool:
    """Whether a cell of the grid has coverage outside of BAR where it is shown."""
    return bool((~found["covered"].between(*BAR) & (found["shown"] >= SHOWN)).any())


def run(settings: list[dict[str, Any]], replicates: int, seed: int, jobs: int) -> list[pd.DataFrame]:
    """Coverage of each cell, with a progress bar."""
    tasks = (delayed(cell)(setting, replicates, seed + n) for n, setting in enumerate(settings))
    parts = Parallel(n_jobs=jobs, return_as="generator")(tasks)
    return list(track(parts, total=len(settings), description=f"coverage, {replicates} draws"))


def main(replicates: Annotated[int, typer.Option(min=10)] = 1000, jobs: Annotated[int, typer.Option(min=1)] = 2) -> None:
    """Run the grid."""
    parts = [part.assign(first=part["covered"]) for part in run(SETTINGS, replicates, SEED, jobs)]
    again = [n for n, part in enumerate(parts) if outside(part)]
    anew = run([SETTINGS[n] for n in again], AGAIN * replicates, SEED + len(SETTINGS), jobs)
    for n, part in zip(again, anew, strict=True):
        parts[n] = part.assign(first=parts[n]["first"])
    table = pd.concat(parts, ignore_index=True)
    write_csv(table[[*GRID, *(name for name in table if name not in GRID)]], OUT)


if __name__ == "__main__":
    typer.run(main)
