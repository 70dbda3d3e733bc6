# Two commands for newcomers: `make demo` and `make test`. Everything they need is fetched into .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WMT    := $(BIN)/wmt

.PHONY: demo test check fix bench soak spec lock clean

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

check: $(VENV)/.ready   ## lint, format, types, imports
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.ready
	$(BIN)/ruff check --fix src tests
	$(BIN)/ruff format src tests

test: check             ## all checks and tests, on every engine
	$(BIN)/python -m pytest -n 2

lock:                   ## write requirements/dev.txt anew, with hashes and without addresses
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --extra dev pyproject.toml requirements/build.in -o requirements/dev.txt

clean:
	rm -rf $(VENV) demo .bench
