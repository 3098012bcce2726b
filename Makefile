# Digit Lab's recipes; `make` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# TENSORFLOW=0 leaves TensorFlow out: MNIST then comes from the file that DIGITLAB_MNIST names.
TENSORFLOW ?= 1

IN_S3 := $(filter s3:%,$(DIGITLAB_MODEL_STORE))
LOCKS := requirements.lock $(if $(filter 0,$(TENSORFLOW)),,requirements/tensorflow.lock) $(if $(IN_S3),requirements/s3.lock)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
STAMP := $(VENV)/installed-$(if $(filter 0,$(TENSORFLOW)),without,with)-tensorflow$(if $(IN_S3),-and-s3)
DEV_STAMP := $(VENV)/installed-dev
BENCH_STAMP := $(VENV)/installed-bench
SERVING := $(VENV)/serving
SERVING_STAMP := $(SERVING)/installed
LIGHTHOUSE := benchmarks/lighthouse
LIGHTHOUSE_STAMP := $(LIGHTHOUSE)/node_modules/.package-lock.json
API_TOOLS := $(VENV)/api-tools
API_TOOLS_STAMP := $(API_TOOLS)/installed
FAST := not processes and not browser and not slow
MODEL ?= inference/starter_files/starter.pickle

.DEFAULT_GOAL := help
.PHONY: help run install test test-fast test-long test-python test-browser test-js test-others test-postgres coverage bench bench-drawn bench-lighthouse bench-live bench-network bench-pictures bench-scale bench-serve bench-snapshots bench-pages faults fuzz lint format types migrations lock starter detector screenshots clean

help: ## list the recipes
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(STAMP) ## start the whole lab on this machine (PORT=8000, DIGITLAB_DATA_DIR=.data, TENSORFLOW=0)
	@exec $(BIN)/python manage.py up

install: $(STAMP) ## make .venv and install the locked dependencies

test: $(DEV_STAMP) $(API_TOOLS_STAMP) ## run every test: Python, JavaScript, browser
	@$(MAKE) --no-print-directory test-js
	@$(MAKE) --no-print-directory test-python

test-python: $(DEV_STAMP) $(API_TOOLS_STAMP)
	@if command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund; fi
	@$(BIN)/python -m tests.chromium
	@echo "The browser tests and the others run side by side; their reports follow."
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-browser test-others
	@$(BIN)/python -m pytest -m "alone and not long"

test-browser:
	@$(BIN)/python -m pytest -m "browser and not long and not alone"

test-others:
	@$(BIN)/python -m pytest -m "not browser and not long and not alone"

test-long: $(DEV_STAMP) ## run the tests that take a minute or more each: hosts cut off, backups of ten runs
	@$(BIN)/python -m pytest -m long

test-fast: $(DEV_STAMP) ## run the tests that need neither processes nor browser, in under two minutes
	@$(MAKE) --no-print-directory test-js
	@$(BIN)/python -m pytest -m "$(FAST)"

coverage: $(DEV_STAMP) ## measure how many lines the fast tests reach, without subprocesses
	@$(BIN)/python -m coverage run -m pytest -m "$(FAST)" --quiet
	@$(BIN)/python -m coverage report

test-postgres: $(DEV_STAMP) ## run the tests that touch the database on a throw-away PostgreSQL
	@$(BIN)/python -m tests.postgres $(BIN)/python -m pytest tests/training tests/inference tests/datasets tests/weblib tests/digitlab tests/upgrade tests/faults/test_database.py --ignore=tests/digitlab/processes/test_supervisor.py

faults: $(DEV_STAMP) ## kill, stop and disconnect processes and hosts a hundred times while runs train (ARGS="--count 200 --postgres")
	@$(BIN)/python -m tests.faults $(ARGS)

fuzz: $(DEV_STAMP) $(API_TOOLS_STAMP) ## send some thousand generated requests to a lab, and compare the answers with the schema (ARGS="--seed 7")
	@$(BIN)/python -m tests.fuzz $(ARGS)

test-js:
	@if command -v node >/dev/null; then node --test tests/js/*/*.test.js; else echo "JavaScript tests are skipped: there is no node"; fi

lint: $(DEV_STAMP) ## ruff, mypy, import-linter, djlint, the compose file, migrations, and tsc and prettier where npm is
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --check --quiet templates
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@if command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund && npm run --silent check; else echo "tsc and prettier are skipped: there is no npm"; fi

format: $(DEV_STAMP) ## format the Python code and the templates, and JavaScript and CSS where npm is
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/djlint --reformat --quiet templates >/dev/null || true
	@if command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund && npm run --silent format -- --write --log-level warn; else echo "JavaScript and CSS are not formatted: there is no npm"; fi

types: $(DEV_STAMP) ## generate the message types of static/js; needs npm
	@npm ci --silent --no-audit --no-fund
	@$(BIN)/python tools/generate_message_types.py

migrations: $(DEV_STAMP) ## write migrations for changed models
	@$(BIN)/python manage.py makemigrations

bench: $(BENCH_STAMP) ## time training beside PyTorch, Keras, scikit-learn and the original (needs DIGITLAB_MNIST)
	@env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BIN)/python benchmarks/training.py $(ARGS)

bench-lighthouse: $(DEV_STAMP) $(LIGHTHOUSE_STAMP) ## measure every page with Lighthouse, on a desktop and a phone; status 1 below 95 and 90 (needs npm)
	@$(BIN)/python -m benchmarks.page_quality $(ARGS)

bench-live: $(DEV_STAMP) ## how soon two hundred watchers of a run have an epoch
	@$(BIN)/python -m benchmarks.live $(ARGS)

bench-network: $(DEV_STAMP) ## how fluently the inside of a network follows the pen, and how soon it is there
	@$(BIN)/python -m benchmarks.network $(ARGS)

bench-pictures: $(STAMP) ## read sixty pictures of each kind: ruled paper, shadows, form boxes, scans (DIGITLAB_SCANS for real ones)
	@$(BIN)/python -m benchmarks.pictures $(ARGS)

bench-snapshots: $(DEV_STAMP) ## what snapshots cost a training (needs DIGITLAB_MNIST)
	@$(BIN)/python -m benchmarks.snapshots $(ARGS)

bench-pages: $(DEV_STAMP) ## how long pages take with 10,000 runs and 1,000,000 epochs (ARGS=--postgres)
	@$(BIN)/python -m benchmarks.pages $(ARGS)

bench-scale: $(DEV_STAMP) ## runs with two workers beside one, with the defaults of docker-compose.yml
	@$(BIN)/python -m benchmarks.scale $(ARGS)

bench-serve: $(DEV_STAMP) $(SERVING_STAMP) ## predictions a second beside LitServe and BentoML (needs wrk)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.serve --others $(SERVING)/bin $(ARGS)

bench-drawn: $(STAMP) ## read real pen strokes with the starter (needs DIGITLAB_STROKES; MODEL=file for another)
	@$(BIN)/python benchmarks/drawn.py $(MODEL) $(ARGS)

starter: $(STAMP) ## train the starter version anew (some minutes; needs MNIST)
	@$(BIN)/python manage.py train_starter

detector: $(STAMP) ## train anew what tells digits from other marks (some minutes; needs MNIST)
	@$(BIN)/python manage.py train_detector

screenshots: $(DEV_STAMP) ## take the pictures in docs/ from the running program
	@$(BIN)/python -m tools.take_screenshots

lock: ## resolve the dependencies anew; needs uv and npm
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q requirements/base.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q requirements/tensorflow.in -o requirements/tensorflow.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q requirements/s3.in -o requirements/s3.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q requirements/dev.in -o requirements/dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q requirements/api-tools.in -o requirements/api-tools.lock
	npm install --package-lock-only --no-audit --no-fund
	cd $(LIGHTHOUSE) && npm install --package-lock-only --no-audit --no-fund
	npm run --silent lock-without-addresses

clean: ## remove what was installed; keeps the data
	rm -rf $(VENV) node_modules $(LIGHTHOUSE)/node_modules

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Digit Lab needs Python 3.11 or newer; PYTHON=… names one")'
	@$(PYTHON) -m venv $(VENV)

$(STAMP): $(LOCKS) pyproject.toml | $(BIN)/python
	@echo "Installing the dependencies (once, about a minute) …"
	@$(INSTALL) $(foreach lock,$(LOCKS),-r $(lock))
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements/dev.lock $(STAMP)
	@echo "Installing what tests and linters need …"
	@$(INSTALL) -r requirements/dev.lock
	@touch $@

# Only benchmarks need these; each release of PyTorch is large, so they are not locked with the rest.
$(BENCH_STAMP): $(STAMP) requirements/bench.in
	@echo "Installing what benchmarks compare with …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/bench.in
	@touch $@

# An environment of their own: what LitServe and BentoML pin is not what we do.
$(SERVING_STAMP): requirements/bench-serve.in | $(BIN)/python
	@$(PYTHON) -m venv $(SERVING)
	@$(SERVING)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/bench-serve.in
	@touch $@

# Packages of its own: Lighthouse has 190 MB, which no check needs. It sends no reports of errors unless told to.
$(LIGHTHOUSE_STAMP): $(LIGHTHOUSE)/package.json $(LIGHTHOUSE)/package-lock.json
	@echo "Installing Lighthouse …"
	@cd $(LIGHTHOUSE) && npm ci --silent --no-audit --no-fund
	@touch $@

# An environment of their own: their plugins for pytest would load in our tests.
$(API_TOOLS_STAMP): requirements/api-tools.lock | $(BIN)/python
	@echo "Installing what tests the API by its schema …"
	@$(PYTHON) -m venv $(API_TOOLS)
	@$(API_TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/api-tools.lock
	@touch $@
