# `make demo` and `make test` do all the set-up they need on a fresh Debian or Ubuntu machine. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
SETUP_INPUTS := scripts/setup.sh resources/qt-libraries.txt constraints.txt pyproject.toml
DEMO_OUTPUT ?= demo-output
PYTEST_ARGS ?=
# How many tests run side by side: `auto` is one for each core, 0 runs them in the program itself, as a debugger wants.
JOBS ?= auto

export TEST_PLATFORM ?= offscreen

.PHONY: help setup demo test test-slow test-gpu check lint types contracts format bench wheel bundle constraints clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.stamp-dev ## Prepare everything: system libraries, .venv, packages

.venv/.stamp-run: $(SETUP_INPUTS)
	PYTHON=$(PYTHON) scripts/setup.sh run

.venv/.stamp-dev: $(SETUP_INPUTS)
	PYTHON=$(PYTHON) scripts/setup.sh dev

.venv/.stamp-bundle: $(SETUP_INPUTS)
	PYTHON=$(PYTHON) scripts/setup.sh bundle

demo: .venv/.stamp-run ## Label the sample photos: in a window, or offscreen where there is no display
	$(BIN)/sam3-annotator demo --out $(DEMO_OUTPUT)

test: .venv/.stamp-dev ## Run the tests, as many side by side as there are cores (JOBS=0: one after another)
	QT_QPA_PLATFORM=$(TEST_PLATFORM) $(BIN)/python -m pytest -m "not slow" -n $(JOBS) --dist loadfile $(PYTEST_ARGS)

# One after another: SAM 3 at its full size keeps all cores busy, and twice in memory it would not fit everywhere.
test-slow: .venv/.stamp-dev ## Run the tests that take long
	QT_QPA_PLATFORM=$(TEST_PLATFORM) $(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

test-gpu: .venv/.stamp-dev ## Run the tests that need a CUDA device
	QT_QPA_PLATFORM=$(TEST_PLATFORM) $(BIN)/python -m pytest -m gpu $(PYTEST_ARGS)

check: lint types contracts test ## Everything that must pass before a commit; CI runs it, then test-slow

lint: .venv/.stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.stamp-dev
	$(BIN)/mypy

contracts: .venv/.stamp-dev
	$(BIN)/lint-imports

format: .venv/.stamp-dev ## Bring the source into its layout
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.stamp-dev ## Measure the promises of speed
	@for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

wheel: .venv/.stamp-dev ## Build the wheel into dist/
	rm -f dist/*.whl
	$(BIN)/python -m build --wheel --no-isolation

bundle: .venv/.stamp-bundle ## Make an application that needs no Python, for this system, into dist/
	$(BIN)/python -m bundle

constraints: ## Resolve all packages anew into constraints.txt (then run the checks)
	scripts/resolve.sh

clean: ## Remove what was built, the virtual environment included
	rm -rf .venv dist build $(DEMO_OUTPUT) $(DEMO_OUTPUT)-* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find sam3_annotator training tests benchmarks bundle -name __pycache__ -prune -exec rm -rf {} +
