# Two commands for newcomers: `make demo` and `make test`, in either order. What they need is fetched into .venv:
# the demonstration what running needs, the tests what they need beside it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WMT    := $(BIN)/wmt
WEB    := src/wmt/site/web
ASSETS := $(WEB)/built/.ready
DEMO   := WMT_HOME=demo/site WMT_DEMO=1

# compiled modules are kept: a command of `wmt` starts in half the time
unexport PYTHONDONTWRITEBYTECODE

.PHONY: shape same demo tour wheel test test-unit check fix bench soak mutation browser pictures spec picture lock clean

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
OURSELVES := $(INSTALL) --no-deps --no-build-isolation --editable .

$(VENV)/.run: requirements/run.txt pyproject.toml
	@echo "Installing what running needs into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(OURSELVES)
	@touch $@

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements/dev.txt
	$(OURSELVES)
	touch $(VENV)/.run $@

# Node is there while the styles and scripts are fetched, and not after it
$(ASSETS): $(WEB)/package-lock.json $(WEB)/assets.py requirements/assets.txt | $(VENV)/.run
	@echo "Fetching styles and scripts"
	@rm -rf .assets && $(INSTALL) --target .assets --require-hashes -r requirements/assets.txt
	@PYTHONPATH=.assets $(BIN)/python -m wmt.site.web.assets; done=$$?; rm -rf .assets; exit $$done

check: $(VENV)/.ready   ## lint, format, types, imports
	$(BIN)/ruff check src tests bench docs/picture.py
	$(BIN)/ruff format --check src tests bench docs/picture.py
	WMT_SECRET_KEY=types $(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.ready
	$(BIN)/ruff check --fix src tests bench docs/picture.py
	$(BIN)/ruff format src tests bench docs/picture.py

# a file stays on one worker: what its tests share is then made once. Three of them keep two cores busy, one of
# which waits for a server or a browser now and then; more threads in each would only wait for one another
PYTEST := POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test: check $(ASSETS) browser   ## all checks and tests: every engine of the ledger, the site on SQLite, what may differ on PostgreSQL
	$(PYTEST) -p covered
	WMT_TEST_DATABASE=postgres $(PYTEST) tests/site

test-unit: $(VENV)/.ready       ## what needs no database, process, browser or loaded nation: for daily work
	$(PYTEST) -m unit

# every file of tests that asks whether it is a soak; editors print what they measure, and parts of histories go to all cores: lines of their own
SOAKED = $(shell grep -rlE 'WMT_SOAK|import .*(SOAK|examples)' tests --include='test_*.py' | grep -vE 'live_(editors|histories)' | sort)

soak: $(ASSETS) browser ## the large counts whole: 1,000 mutated workbooks, 200 nights spoiled in size on either database, 100 kills of a load of a night, 50 of one of the site on either database, 500 figures in the browser, 1,000 histories of live changes and 50 editors on either database, 20 starts on a new day and a fault at each query of each write on either, 10,000 histories of causes
	WMT_SOAK=1 $(PYTEST) tests/ledger $(filter-out tests/ledger/%,$(SOAKED))
	WMT_SOAK=1 $(BIN)/python -m pytest -s tests/site/test_live_editors.py
	WMT_SOAK=1 $(PYTEST) --dist load tests/site/test_live_histories.py
	WMT_SOAK=1 WMT_TEST_DATABASE=postgres $(PYTEST) $(filter tests/site/%,$(SOAKED))
	WMT_SOAK=1 WMT_TEST_DATABASE=postgres $(PYTEST) tests/site -m "one_database and not both_databases" --ignore tests/site/test_api_schemathesis.py
	WMT_SOAK=1 WMT_TEST_DATABASE=postgres $(BIN)/python -m pytest -s tests/site/test_live_editors.py
	WMT_SOAK=1 WMT_TEST_DATABASE=postgres $(PYTEST) --dist load tests/site/test_live_histories.py

mutation: $(VENV)/.ready        ## do the tests notice changes of the rules, the ledger and of what is entered? A seeded sample
	@rm -rf .mutation && $(INSTALL) --target .mutation --require-hashes -r requirements/mutation.txt
	@PYTHONPATH=.mutation $(BIN)/python tests/mutation.py $(ROOMS); done=$$?; rm -rf .mutation; exit $$done

shape: $(VENV)/.run     ## circles, layers, sizes and names of the source, each beside its limit
	@$(BIN)/python -m tests.shape.measure

same: $(VENV)/.ready $(ASSETS)  ## pages, answers, nights and commands of BEFORE=<commit> and of this tree (or AFTER=<commit>): what differs?
	@$(BIN)/python -m tests.same $(BEFORE) $(AFTER) $(if $(MARKUP),--markup) $(if $(MOST),--most $(MOST))

browser:                ## the browser that the tests look at the site with: Debian's Chromium, its build without windows
	@command -v chromium-headless-shell >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -q && \
	  apt-get install -y --no-install-recommends chromium-headless-shell; } || command -v chromium >/dev/null || { \
	  echo "The tests need a browser. As root: apt-get install chromium-headless-shell"; exit 1; }

# what was built before is removed, or a file that is gone from the source would be in the wheel still
wheel: $(ASSETS)        ## a wheel with styles and scripts inside, for a machine that has neither make nor Node: docs/operations.md
	@rm -rf build dist && $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@rm -rf build && cp requirements/run.txt dist/ && ls -l dist

pictures: $(ASSETS) browser ## take the pictures of docs/pages.md anew
	WMT_PICTURES=1 $(BIN)/python -m pytest tests/browser/test_browser_pictures.py

bench: $(ASSETS)        ## time and memory; writes docs/benchmarks.md (PART=pages: only those pages)
	$(BIN)/python -m bench $(if $(PART),--part $(PART))

# 33 nights go into the history, two are loaded as every night is. What was loaded is not needed any more
demo: $(VENV)/.run $(ASSETS) demo/truth.json    ## a nation to try everything on, and the site that shows it
	@test ! -d demo/past || { echo "Loading a year of daily figures"; \
	  $(DEMO) $(WMT) nights import-archive demo/past/*.parquet && rm -r demo/past; }
	@test ! -d demo/earlier || { echo "Loading 33 nights before the last two"; \
	  $(DEMO) $(WMT) load-earlier demo/earlier && rm -r demo/earlier; }
	@for night in demo/2*/; do echo "Loading $$night"; $(DEMO) $(WMT) load $$night/tidy --people $$night/people || exit; done
	@$(DEMO) exec $(WMT) serve

demo/truth.json: | $(VENV)/.run
	@echo "Building an invented England and Wales"
	@$(WMT) nation demo --nights 2 --earlier 33 --past-days 370

tour: $(VENV)/.run demo/truth.json    ## what the command line tells of the same nation
	WMT_TODAY=extract $(WMT) tour demo

COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
lock:                   ## write requirements/*.txt anew, with hashes and without addresses; what runs is what is tested
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) uv
	$(COMPILE) --extra dev --group assets pyproject.toml requirements/build.in -o requirements/dev.txt
	$(COMPILE) --constraint requirements/dev.txt pyproject.toml requirements/build.in -o requirements/run.txt
	$(COMPILE) --constraint requirements/dev.txt --group assets -o requirements/assets.txt
	$(COMPILE) --constraint requirements/dev.txt --group mutation -o requirements/mutation.txt

clean:
	rm -rf $(VENV) demo .bench
spec: $(VENV)/.ready    ## print the rules manual, and the states of agreements, anew from the specs
	cd tests && ../$(BIN)/python -m spec.manual && ../$(BIN)/python -m agreements.printed

picture: $(VENV)/.ready ## draw the README's picture from the demonstration nation
	$(BIN)/python docs/picture.py demo "$$($(BIN)/python -c "import json; print(json.load(open('demo/truth.json'))['stories'][0]['post'])")" docs/pictures/explain.svg
