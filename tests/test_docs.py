"""What the documents say: commands, paths and numbers are those of the code and the reports."""

import re
import runpy
from typing import Any

import pytest
import yaml
from typer.main import get_command

from conftest import ROOT
from stance.cli import app
from stance.codebook import codebook
from stance.records import CONDITIONS, DOCUMENTS, POSITIONS, PREDICTIONS, SHARES, STATEMENTS

README = (ROOT / "README.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "docs" / "data-format.md").read_text(encoding="utf-8")
BOOK = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
UPDATE: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "update_docs.py"))


@pytest.mark.parametrize("name", UPDATE["BLOCKS"])
def test_numbers_are_those_of_the_reports(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == UPDATE["updated"](name)


def test_every_command_is_in_the_readme() -> None:
    for command in get_command(app).commands:  # type: ignore[attr-defined]
        assert re.search(rf"\b{command}\b", README), command


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, flags=re.M):
        assert re.search(rf"^{target}:", makefile, flags=re.M)


def test_paths_in_the_documents_exist() -> None:
    for document in [README, FORMAT, (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")]:
        for link in re.findall(r"\]\(([\w./-]+)\)", document):
            assert (ROOT / link).exists() or (ROOT / "docs" / link).exists(), link
        for path in re.findall(r"`((?:src|data|docs|tests|seeds|reports)/[\w./-]+)`", document):
            assert (ROOT / path).exists() or path.startswith("data/interim"), path


@pytest.mark.parametrize("schema", [DOCUMENTS, STATEMENTS, PREDICTIONS, SHARES, POSITIONS, CONDITIONS], ids=lambda schema: str(schema.name))
def test_every_column_is_in_the_data_format(schema: Any) -> None:
    for column in schema.columns:
        assert f"`{column}`" in FORMAT or f"{column}," in FORMAT or f", {column}" in FORMAT, column


def test_codes_of_the_codebook_stand_in_its_document() -> None:
    assert all(f"### 3.{n} {act}" in BOOK for n, act in ((1, "warning"), (2, "demand"), (3, "reassurance"), (4, "other")))
    assert all(f"`{issue}`" in BOOK for issue in codebook().issues)
    for issue in codebook().issues.values():
        assert issue.proposition.rstrip(".") in BOOK


def test_no_document_names_an_index_host_or_a_path_of_a_machine() -> None:
    names = ["README.md", "Makefile", "pyproject.toml", "requirements.lock", ".ci/run", "docs/model-card.md", "CONTRIBUTING.md"]
    text = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)
    assert not re.search(r"https?://(?!.*\.example)[\w.-]*pypi|index[-]url|/root/|/home/", text)


def test_the_gazetteer_is_as_large_as_promised() -> None:
    content = yaml.safe_load((ROOT / "data" / "codebook" / "actors.yaml").read_text(encoding="utf-8"))
    sides = [
        {(content["offices"][held["office"]] if "office" in held else held)["side"] for held in person["offices"]}
        for person in content["people"]
    ]
    assert sum("US" in side or "RUS" in side for side in sides) >= 150
