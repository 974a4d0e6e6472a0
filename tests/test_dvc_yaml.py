"""The pipeline file against the code: one name everywhere, and no dependency left out."""

import ast

import pytest
import yaml
from typer.main import get_command

from conftest import ROOT
from imports import SOURCE, closure, command_modules
from stance.cli import app
from stance.params import Params

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
SHIPPED = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
ONE_SHOT = {
    "analyze",
    "annotate",
    "classify",
    "code",
    "cross-fit",
    "explain",
    "rebuild-features",
    "retrain",
    "sample",
    "train-attribution",
}  # commands that run outside the pipeline


def test_stages_are_commands_params_modules_and_test_files() -> None:
    stages = set(STAGES)
    assert set(get_command(app).commands) == stages | ONE_SHOT  # type: ignore[attr-defined]
    assert set(SHIPPED) == stages | {"models"} == set(Params.model_fields)
    for stage in stages:
        assert (ROOT / "tests" / f"test_{stage}.py").exists(), stage
        functions = {
            node.name for node in ast.parse((SOURCE / f"{stage}.py").read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
        }
        assert stage in functions


@pytest.mark.parametrize("stage", STAGES)
def test_every_module_that_a_stage_runs_is_a_dependency(stage: str) -> None:
    listed = {
        dep.removeprefix("src/stance/").removesuffix(".py")
        for dep in STAGES[stage]["deps"]
        if dep.startswith("src/stance/") and dep.endswith(".py")
    }
    assert listed == command_modules(stage)


def test_the_closure_sees_indirect_imports() -> None:
    assert {"records", "codebook", "speakers", "text"} <= command_modules("extract")
    assert "chart" not in command_modules("extract")


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_tracks_its_own_section_and_runs_its_command(stage: str) -> None:
    assert stage in STAGES[stage]["params"]
    assert STAGES[stage]["cmd"].split()[:4] == ["python", "-m", "stance", stage]


def test_the_attribution_pipeline_depends_on_what_it_runs() -> None:
    folder = ROOT / "pipelines" / "attribution"
    deps = yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]["train"]["deps"]
    listed = {dep.removeprefix("../../src/stance/").removesuffix(".py") for dep in deps if dep.endswith(".py")}
    assert listed == closure({"attribution/training", "language"}) - {"resources"}


def test_what_people_read_is_in_git() -> None:
    for stage in STAGES.values():
        for kind in ("outs", "metrics", "plots"):
            for out in stage.get(kind, []):
                path = out if isinstance(out, str) else next(iter(out))
                in_git = not isinstance(out, str) and out[path].get("cache") is False
                assert in_git == path.startswith(("reports/", "data/model")), path


def test_stages_open_no_file_and_print_nothing() -> None:
    allowed = {
        "files",
        "cli",
        "readers",
        "resources",
        "actors",
        "codebook",
        "rules",
        "params",
        "report",
        "brat",
    }  # readers of input and of package data
    for path in SOURCE.rglob("*.py"):
        names = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert "print" not in names, path.name
        assert path.stem in allowed or "open" not in names, path.name
