PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

setup: $(READY)  ## install stance and all it needs into .venv

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "stance needs Python 3.11 or newer; set PYTHON=python3.12, say")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

repro: $(READY)  ## run the pipeline and say where the charts are
	dvc repro
	@echo "Charts: reports/figures/   Report: reports/index.html"

test: $(READY)  ## run the whole test suite
	python -m pytest -n 2 --dist loadfile

check: $(READY)  ## lint and type checks
	ruff check .
	ruff format --check .
	mypy

notebooks: $(READY)  ## execute the notebooks, and check that they are saved without outputs
	python -m pytest -m notebooks tests/test_notebooks.py

attribution: $(READY)  ## train the attribution weights again (needs PolNeAR, see pipelines/attribution/params.yaml)
	cd pipelines/attribution && dvc repro
	cp pipelines/attribution/weights.npz data/attribution/weights.npz

lock:  ## write requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --fork-strategy fewest --python-version 3.11 \
	  --generate-hashes --custom-compile-command "make lock" -o requirements.lock

.DEFAULT_GOAL := help
.PHONY: help setup repro test check notebooks attribution lock
