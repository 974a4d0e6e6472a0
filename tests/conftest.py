"""Fixtures shared by all tests: a small invented corpus, the language model loaded once, and the folder of shared data."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from stance.actors import Gazetteer, gazetteer
from stance.attribution.reader import Reader, load_reader
from stance.extract import Extracted, extract
from stance.params import Extract

# No test is timed, and a run is repeatable: machines are shared and slow by turns.
settings.register_profile("stance", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stance")

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("STANCE_SHARED", ROOT.parent / "shared"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; review their diff")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of third-party texts and gold labels, which is no part of the repository."""
    if not (SHARED / "gold").is_dir():
        pytest.skip(f"no shared data at {SHARED}; set STANCE_SHARED to its folder")
    return SHARED


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader(Extract().spacy_model)


@pytest.fixture(scope="session")
def actors() -> Gazetteer:
    return gazetteer()


def document(text: str, **fields: object) -> dict[str, object]:
    """One row of records.DOCUMENTS."""
    row = {
        "doc_id": "d1",
        "source": "d1.txt",
        "outlet": "",
        "published": "2022-01-21",
        "title": "",
        "url": "",
        "licence": "",
    }
    return row | {"genre": "news", "speaker": "", "side": "", "text": text, "body_start": 0, "copy_of": ""} | fields


@pytest.fixture(scope="session")
def extracted(reader: Reader, actors: Gazetteer) -> Callable[..., Extracted]:
    """Extraction of one invented text; keyword arguments are fields of the document."""

    def run(text: str, **fields: object) -> Extracted:
        return extract(pd.DataFrame([document(text, **fields)]), params=Extract(), reader=reader, gazetteer=actors)

    return run
