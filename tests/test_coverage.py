"""Intervals hold the true share about as often as they say: a quick grid of the simulations in benchmarks/coverage.py."""

import importlib.util
import sys
from types import ModuleType

import pytest

from conftest import ROOT


def load(name: str, file: str) -> ModuleType:
    """A module of the benchmarks, which are no package; `coverage` is the name of another one."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / file)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


simulated = load("simulated", "simulated.py")
benchmark = load("coverage_benchmark", "coverage.py")

CELLS = [
    {
        "errors": errors,
        "correlation": correlation,
        "prevalence": prevalence,
        "codes": 1000 if drawn == simulated.DOCUMENTS else codes,  # with fewer, too few documents for a cell to be shown
        "drawn": drawn,
    }
    for errors in ("worse on Russia", "leaning apart")
    for correlation, prevalence, codes in ((0.0, 0.1, 300), (0.3, 0.3, 300), (0.1, 0.03, 1000))
    for drawn in simulated.DRAWS
]
OTHERS = [
    *({**setting, "drawn": simulated.DOUBT} for setting in CELLS[:9:3]),
    *({**setting, "drawn": simulated.SIZE, "codes": 1000} for setting in CELLS[:9:3]),
    {**CELLS[0], "drawn": simulated.UNEVEN, "codes": 1000},
]
REPLICATES = 300


@pytest.mark.parametrize("setting", CELLS, ids=lambda setting: " ".join(str(value) for value in setting.values()))
def test_intervals_cover(setting: dict[str, object]) -> None:
    """Three standard errors of 300 replicates are .038; the full grid of 1,000 and its bar are in reports/benchmarks/coverage.csv."""
    found = benchmark.cell(setting, REPLICATES, 1)
    shown = found[found["shown"] > 0]
    assert len(shown) == 3
    assert ((shown["covered"] > 0.95 - 0.04) & (shown["covered"] < 0.95 + 0.04)).all(), shown[["side", "covered"]]


@pytest.mark.parametrize("setting", OTHERS, ids=lambda setting: " ".join(str(value) for value in setting.values()))
def test_intervals_cover_where_units_are_uneven(setting: dict[str, object]) -> None:
    """1,000 replicates, as those by size vary more from one simulated corpus to the next."""
    shown = benchmark.cell(setting, 1000, 1)
    assert ((shown["covered"] > 0.95 - 0.04) & (shown["covered"] < 0.95 + 0.04)).all(), shown[["side", "covered"]]


def test_the_raw_count_does_not_cover() -> None:
    """The arm that must fail: a classifier whose errors differ by side, counted."""
    found = benchmark.cell(CELLS[0], REPLICATES, 1).set_index("side")
    assert (found["naive"].dropna() < 0.5).all()
    assert (found["covered"] > 0.9).all()


def test_predictions_narrow_the_interval() -> None:
    found = benchmark.cell(CELLS[0], REPLICATES, 1)
    assert (found["of_alone"] < 0.9).all() and (found["covered"] > 0.9).all()


def test_the_mean_error_of_the_corrected_share_is_none() -> None:
    found = benchmark.cell(CELLS[0], REPLICATES, 1)
    assert (found["error"].abs() < 0.005).all()


def test_the_settings_are_those_of_the_benchmark() -> None:
    assert all(setting in benchmark.SETTINGS for setting in [*CELLS, *OTHERS])
