# Every target works on a fresh machine with python3 (3.11 to 3.13) and make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# It says for which folder. A virtual environment whose folder was moved, or whose Python is gone, is made anew.
ifneq ($(shell test -x "$(BIN)/python" && cat "$(STAMP)" 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif
.PHONY: help dev migrate test fuzz check lint docs bench dist lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: $(STAMP) ## Install everything from the lock into .venv

migrate: $(STAMP) ## Apply all revisions to DATABASE_URL, or to the embedded PostgreSQL
	@$(BIN)/toolkit migrate

test: $(STAMP) ## Run the whole suite on real, throw-away databases
	@$(BIN)/python -m pytest -n auto --dist worksteal

fuzz: $(STAMP) ## Try random inputs for SECONDS=600, from SEED on, with what OPTIONS select for pytest
	@$(BIN)/python tools/fuzz.py $(SECONDS:%=--seconds=%) $(SEED:%=--seed=%) $(OPTIONS)

check: $(STAMP) lint ## Lint, types, layers and house limits
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/toolkit lint
	@$(BIN)/python -m pytest --quiet tests/meta

lint: $(STAMP)
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .

docs: $(STAMP) ## Build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet && echo site/index.html

bench: $(STAMP) ## Compare timings with their yardsticks and print the ratios, or write them: PAGE=docs/benchmarks.md
	@BENCH_PAGE=$(PAGE) $(BIN)/python -m pytest tests/benchmarks -m benchmark -s -q

dist: $(STAMP) ## Build the wheel into dist/
	@$(BIN)/python -m build --no-isolation --wheel --outdir dist . >/dev/null && ls dist

lock: ## Write requirements.lock anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --all-extras --group dev --no-emit-package cqrs-toolkit --custom-compile-command 'make lock' \
	    pyproject.toml --output-file requirements.lock

clean: ## Remove the venv and what the tools leave
	rm -rf $(VENV) .venv-yardsticks site .mypy_cache .ruff_cache .pytest_cache .hypothesis .toolkit_cache build dist *.egg-info

$(STAMP): requirements.lock pyproject.toml tools/install.sh
	@sh tools/install.sh "$(PYTHON)" "$(VENV)"
	@pwd -P >$@
