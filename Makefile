# The same verbs for people and CI. Every target does its own set-up: Python 3.11 and a package registry are enough.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
DEMO := data/demo

.PHONY: bench bench-engines bench-models demo docs replicate test test-spark lint format lock clean help

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

# Set-up: a virtual environment with the pinned dependencies and this checkout, editable.
$(VENV)/.ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no python3.11 found; install Python 3.11 or newer, or say make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/.ready  ## make a synthetic dump, load it, build the models, write the report
	$(BIN)/stackstudy sample $(DEMO)/dump/sample.stackstudy --force
	$(BIN)/stackstudy run $(DEMO)/dump/sample.stackstudy --data $(DEMO) --study $(DEMO)/dump/deep_learning_deployment

replicate: $(VENV)/.ready  ## recompute the paper's figures from the authors' package: PACKAGE=folder
	@test -n "$(PACKAGE)" || { echo "make: say where the authors' package is: make replicate PACKAGE=/path/to/folder"; exit 1; }
	$(BIN)/stackstudy replicate "$(PACKAGE)"

docs: $(VENV)/.ready  ## write the pages of docs/ that are made from code
	$(BIN)/python docs/generate.py

test: $(VENV)/.ready  ## run every test but those of test-spark
	$(BIN)/python -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

# In the same environment: the packages of both locks have the same versions.
$(VENV)/.spark: $(VENV)/.ready requirements-spark.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-spark.lock
	@touch $@

test-spark: $(VENV)/.spark  ## run the tests that need Spark and Java 17: both engines build the same tables
	$(BIN)/python -m pytest -m spark tests/warehouse/test_spark_build.py $(PYTEST_ARGS)

bench: $(VENV)/.ready  ## measure the loader and its alternatives; writes benchmarks/README.md
	$(BIN)/python -m benchmarks.speed $(BENCH_ARGS)

bench-models: $(VENV)/.ready  ## measure the models on 3 GB of posts; writes benchmarks/README.md
	$(BIN)/python -m benchmarks.models $(BENCH_ARGS)

bench-engines: $(VENV)/.spark  ## measure DuckDB and Spark on 1 and 5 million posts; writes benchmarks/README.md
	$(BIN)/python -m benchmarks.engines $(BENCH_ARGS)

lint: $(VENV)/.ready  ## check Python, its types, and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 models analyses dbt_project

format: $(VENV)/.ready  ## let ruff and sqlfluff mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --processes 2 models analyses dbt_project

lock: $(VENV)/.ready  ## resolve the dependencies again into requirements.lock (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header --generate-hashes --no-strip-extras \
	  --group dev pyproject.toml --output-file requirements.lock --upgrade
	uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header --generate-hashes --no-strip-extras \
	  --extra spark pyproject.toml --constraint requirements.lock --output-file requirements-spark.lock --upgrade

clean:  ## remove what make made
	rm -rf $(VENV) target logs $(DEMO)
