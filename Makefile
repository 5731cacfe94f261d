# Set-up and everyday tasks. `make demo` and `make test` need Python 3.11 and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help venv demo test test-slow lint bench requirements clean

help:
	@echo "make demo       set up and crawl a made-up newspaper on this machine, twice"
	@echo "make test       set up and run the tests"
	@echo "make test-slow  the long ones: crawls that are killed and go on"
	@echo "make lint       ruff, mypy"
	@echo "make bench      speed of a crawl against trafilatura alone"
	@echo "make venv       set up $(VENV) alone"

venv: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Backissue needs Python 3.11 or newer; this is `$(PYTHON) --version`. Set PYTHON=/path/to/python3.11."; exit 1; }
	@echo "Setting up $(VENV); the first time takes a minute."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: venv
	@$(BIN)/backissue demo

test: venv
	$(BIN)/python -m pytest -n auto -m "not slow"

test-slow: venv
	$(BIN)/python -m pytest -n 0 -m slow --timeout=900

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: venv
	$(BIN)/python bench/crawl.py

# Pinned by version and hash for Linux and macOS; no index is named in them.
requirements:
	$(PYTHON) -m venv $(VENV)-uv && $(VENV)-uv/bin/pip install --quiet uv
	$(VENV)-uv/bin/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 pyproject.toml -o requirements/run.txt
	$(VENV)-uv/bin/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --group dev pyproject.toml -o requirements/dev.txt
	rm -rf $(VENV)-uv

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist demo-archive
