# Sets Backissue up in .venv, and runs, tests and checks it there. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Quiet twice: warnings about a package's metadata are nothing that a reader can act on. Errors are printed.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input

# Passed on to the command of `demo`, `test`, `test-slow` and `bench`: make test ARGS="tests/storage -x"
ARGS ?=

# `make requirements` keeps every pin that still fits. To renew them all: make requirements UPGRADE=--upgrade
UPGRADE ?=
COMPILE = "$$tmp/bin/uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
	--no-header --python-version 3.11 $(UPGRADE) pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help venv demo test test-slow lint bench requirements clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s%s\n", $$1, $$2 }' Makefile

venv: $(VENV)/.ready ## set up .venv; at once where nothing it rests on has changed

demo: $(VENV)/.ready ## crawl a made-up newspaper on this machine twice, a simulated day apart
	@$(BIN)/backissue demo $(ARGS)

test: $(VENV)/.ready ## run the tests, without the slow ones
	@$(BIN)/python -m pytest -n auto -m "not slow" $(ARGS)

test-slow: $(VENV)/.ready ## run the slow tests, one after the other: crawls that are killed and go on
	@$(BIN)/python -m pytest -n 0 -m slow --timeout=900 $(ARGS)

lint: $(VENV)/.ready ## check style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.ready ## measure a crawl against trafilatura alone
	@$(BIN)/python bench/crawl.py $(ARGS)

requirements: ## compile requirements/*.txt from pyproject.toml
	@set -e; \
	$(PYTHON) -c "$$PYTHON_IS_NEW_ENOUGH"; \
	tmp=$$(mktemp -d "$${TMPDIR:-/tmp}/backissue-requirements.XXXXXX"); \
	trap 'rm -rf "$$tmp"' EXIT; \
	$(PYTHON) -m venv "$$tmp"; \
	"$$tmp/bin/python" -m pip -qq --disable-pip-version-check --no-input install uv; \
	$(COMPILE) --output-file requirements/run.txt >/dev/null; \
	$(COMPILE) --group dev --constraint requirements/run.txt --output-file requirements/dev.txt >/dev/null

clean: ## remove .venv, caches, builds and the demo's archive; yours stays
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache demo-archive
	@find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

# A stamp is removed first and touched last, so that an install which fails leaves none.
$(VENV)/.requirements: requirements/dev.txt
	@rm -f $@
	@$(PYTHON) -c "$$PYTHON_IS_NEW_ENOUGH"
	@echo "Setting up $(VENV), which takes about a minute." >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --requirement requirements/dev.txt
	@touch $@

$(VENV)/.ready: $(VENV)/.requirements pyproject.toml
	@rm -f $@
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

define PYTHON_IS_NEW_ENOUGH
import sys
if sys.version_info < (3, 11):
    sys.exit("Backissue needs Python 3.11 or newer; this one is %d.%d. " % sys.version_info[:2]
             + "Name another, as in: make PYTHON=python3.12 venv")
endef
export PYTHON_IS_NEW_ENOUGH
