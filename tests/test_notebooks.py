"""Notebooks are saved without outputs and run from top to bottom on the pipeline's outputs (`make notebooks`)."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_saved_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_numbered_and_importing_the_package(path: Path) -> None:
    assert path.stem[:2].isdigit()
    assert "from stance" in path.read_text(encoding="utf-8")


@pytest.mark.notebooks
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path: Path) -> None:
    if not (ROOT / "data" / "processed" / "counted.parquet").exists():
        pytest.skip("no pipeline outputs to read: run make repro first")
    NotebookClient(nbformat.read(path, as_version=4), timeout=300, resources={"metadata": {"path": str(ROOT)}}).execute()
