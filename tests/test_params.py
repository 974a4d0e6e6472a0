"""params.yaml: what is shipped loads, and a wrong key or value is named with what is allowed."""

from pathlib import Path

import pytest

from conftest import ROOT
from stance.errors import StanceError
from stance.params import Params, load_params


def write(folder: Path, text: str) -> Path:
    path = folder / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_params_are_the_defaults() -> None:
    shipped = load_params(ROOT / "params.yaml")
    assert shipped == Params(models=shipped.models)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("train: {fold: 5}", ["train.fold", "folds"], id="misspelt key names the nearest"),
        pytest.param("trian: {}", ["trian", "train"], id="misspelt section"),
        pytest.param("train: {folds: 1}", ["train.folds is 1", "greater than or equal to 2"], id="out of bounds"),
        pytest.param("train: {folds: many}", ["train.folds is 'many'", "integer"], id="wrong type"),
        pytest.param("train: [", ["is not YAML"], id="no YAML"),
        pytest.param("5", ["is 5"], id="no mapping"),
    ],
)
def test_refused(text: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(StanceError) as error:
        load_params(write(tmp_path, text))
    assert all(word in str(error.value) for word in [*words, "allowed:", "Try:"])
    assert "\n" not in str(error.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(StanceError, match="no parameter file"):
        load_params(tmp_path / "none.yaml")
