# Needs Python 3.11 or newer and make; everything else is set up in .venv, with uv when it is there, else with pip.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
READY := .venv/.ready

# How many tests run side by side: one for each core, and no more than eight databases at once.
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((cores < 8 ? cores : 8)))

# Beside how many accounts `make bench` asks `explain`: a million take a quarter of an hour and ten gigabytes.
ACCOUNTS ?= 1000000

# Compiled files are kept from run to run: without them each one begins with compiling everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup check format test fast chaos chaos-short demo bench real constraints clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## a virtual environment with Firstwin and everything that its tests need

check: $(READY) ## format, lint, types, import order, and the tests of the house itself
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/house

format: $(READY) ## put the code in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: $(READY) ## every test, on SQLite, a real PostgreSQL and a real Valkey
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

fast: $(READY) ## the fast tests only: parts and no whole programs, on SQLite, with fewer examples of each property
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not slow" --hypothesis-profile=fast \
		$(addprefix --ignore=tests/,house cli demo shipped web worker)

chaos: $(READY) ## breaks whatever can break, counts what was lost, and writes the table into README.md
	$(BIN)/python -m tests.chaos --write-readme

chaos-short: $(READY) ## a part of it, for CI: three minutes
	$(BIN)/python -m tests.chaos --short

demo: $(READY) ## Firstwin at work on sample accounts, with an inbox to look at
	$(BIN)/firstwin demo

bench: $(READY) ## how fast importing, ingesting, matching, explaining, backtests, plans, rendering, delivering and rule tests are, on both databases
	$(BIN)/python -m benchmarks.import_speed
	$(BIN)/python -m benchmarks.ingest_speed
	$(BIN)/python -m benchmarks.match_speed
	$(BIN)/python -m benchmarks.explain_speed --accounts $(ACCOUNTS)
	$(BIN)/python -m benchmarks.backtest_speed
	$(BIN)/python -m benchmarks.plan_speed
	$(BIN)/python -m benchmarks.deliver_speed
	$(BIN)/python -m benchmarks.render_speed
	$(BIN)/python -m benchmarks.ruletest_speed

real: $(READY) ## 116,799 real messages of an online shop, against an independent count
	$(BIN)/python -m examples.cdnow

constraints: ## newest versions of everything, into constraints.txt (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade --quiet \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file constraints.txt

clean: ## remove what the other targets made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
ifneq ($(UV),)
	uv venv --quiet --python ">=3.11" --allow-existing .venv
else
	@test -n "$(PYTHON)" || { echo "Firstwin needs Python 3.11 or newer: install it, or say where it is: make PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv .venv
endif

# pip knows dependency groups from 25.1 on; a virtual environment brings an older one along.
$(READY): pyproject.toml constraints.txt | $(BIN)/python
ifneq ($(UV),)
	uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --group dev --editable .
else
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group dev --editable .
endif
	@touch $(READY)
