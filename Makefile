PYTHON ?= python3
BIN := .venv/bin

.PHONY: install node demo test e2e lint fix types bench load lock screenshots messages faults fuzz

install: .venv/.installed

.venv/.installed: requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# Needs Node.js 20+ and npm, for tests only: a certified provider, the HTTP Observatory, what drives Firefox.
# No script of a package runs. The Observatory would fetch a list of preloaded hosts; none of ours is in it.
node: tests/node/node_modules/.installed

tests/node/node_modules/.installed: tests/node/package-lock.json
	cd tests/node && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	echo '{}' > tests/node/node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json
	touch $@

demo: install
	exec $(BIN)/python -m sandbox $(ARGS)

test: install
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

e2e: install
	$(BIN)/python -m pytest -n 2 --dist worksteal -m e2e $(ARGS)

lint: install
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

fix: install
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

types: install
	$(BIN)/python -m pytest tests/house/test_tools.py -k mypy -p no:cacheprovider

# A group of its own in CI. FULL=1 runs more and prints figures; SEED repeats a run; TEST_POSTGRES_URL as for the tests, and
# TEST_POSTGRES_RESTART is the command that restarts that server, for one more moment.
faults: install
ifdef FULL
	$(BIN)/python -m tests.faults --decisions 1000 --postgres-decisions 500 --seed $(or $(SEED),1) $(ARGS)
	$(BIN)/python -m tests.faults --later --decisions 1000 --postgres-decisions 500 --seed $(or $(SEED),1) $(ARGS)
else
	SEED=$(or $(SEED),1) $(BIN)/python -m pytest -m faults -s tests/faults $(ARGS)
endif

# A group of its own in CI: half of COUNT on SQLite, half on PostgreSQL at TEST_POSTGRES_URL. SEED takes other inputs; a line that
# is printed of a wrong answer has the options of `python -m tests.fuzz` that repeat it.
fuzz: install
	SEED=$(or $(SEED),1) COUNT=$(or $(COUNT),3000) $(BIN)/python -m pytest -n 2 -m fuzz tests/fuzz $(ARGS)

screenshots: install
	$(BIN)/python -m docs.screenshots.make $(ARGS)

# Some twenty minutes: the pages, many people at once, and lists of ten thousand, which fail where a limit is missed.
# ARGS are for the first.
bench: install
	$(BIN)/python -m tests.bench $(ARGS)
	$(BIN)/python -m tests.bench.storm widget
	$(BIN)/python -m tests.bench.storm polls --people 3000 --deciders 50
	$(BIN)/python -m tests.bench.simulate
	$(BIN)/python -m tests.bench.many
	$(BIN)/python -m tests.bench.index

# Some two minutes: a probe and a file beside slow clients and a slow tenant.
load: install
	$(BIN)/python -m tests.bench.load

# New sentences come out untranslated: translate them in locale/*/LC_MESSAGES/django.po and run it once more.
messages: install
	$(BIN)/pybabel -q extract -F pyproject.toml -k gettext_lazy -k ngettext_lazy:1,2 --no-location --omit-header -o locale/django.pot .
	$(BIN)/pybabel -q update --domain django --input-file locale/django.pot --output-dir locale --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile --domain django --directory locale
	rm locale/django.pot

lock: install
	$(BIN)/uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-header --no-emit-package my-tasks -o requirements.txt --extra postgres --extra redis pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-header --no-emit-package my-tasks -o requirements-dev.txt --extra dev pyproject.toml
