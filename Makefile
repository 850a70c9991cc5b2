# Everything a person does with this project: `make help` lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first Python on this machine that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
FLASK := $(PY) -m flask --app wsgi
PYTEST_WORKERS ?= 2
# Only the command and the folder matter to these; nothing that they name is a file.
.PHONY: help setup demo demo-reset test test-oldest-postgres lint format bench phone-network migration clean

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/run.stamp ## Make .venv with what running needs

demo: .venv/run.stamp ## Try it: web, worker and simulated phones on http://127.0.0.1:8000; Ctrl-C stops all
	@$(FLASK) db upgrade
	@$(FLASK) demo load --neighbours
	@exec $(FLASK) demo serve

demo-reset: .venv/run.stamp ## Throw the demo's data away and load it afresh
	@$(FLASK) demo reset --neighbours

test: .venv/dev.stamp ## Install what the tests need, and run them all on SQLite and PostgreSQL
	@tools/install_test_tools
	@$(PY) -m pytest -n $(PYTEST_WORKERS) --dist worksteal

# Where the two versions may differ: the schema, claiming and locking rows, upserts, conditional indexes, JSON.
OLDEST_TESTS = tests/architecture tests/unit $(addprefix tests/workflows/test_, issue_checkins.py deliver_outbox.py \
	raise_alerts.py)

test-oldest-postgres: .venv/dev.stamp ## Run what leans on the database against Debian's PostgreSQL 15, the oldest supported
	@tools/install_test_tools postgresql-15
	@TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin $(PY) -m pytest -n $(PYTEST_WORKERS) --dist worksteal -k postgresql \
		$(OLDEST_TESTS)

lint: .venv/dev.stamp ## Check style, form, types and who imports whom
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo

format: .venv/dev.stamp ## Bring the code into form
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: .venv/dev.stamp ## Measure, print a table and write benchmarks/results.json
	@$(PY) -m benchmarks

phone-network: .venv/dev.stamp ## Run the tests' phone network: a provider on loopback with unreliable phones
	@$(PY) -m tests.phone_network

migration: .venv/dev.stamp ## Write the next migration from the difference to the tables in the code: make migration m="add x"
	@test -n "$(m)" || { echo 'Say what it does, verb first: make migration m="add snooze"'; exit 2; }
	@scratch=$$(mktemp -d) && trap 'rm -r "$$scratch"' EXIT && export DATABASE_URL="sqlite:///$$scratch/scratch.db" && \
		$(PY) -m alembic upgrade head && $(PY) -m alembic revision --autogenerate -m "$(m)"

clean: ## Remove what was installed and cached; data in instance/ stays
	rm -rf .venv node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# --- set-up: a stamp remembers what was installed, so that a second run is fast ---

.venv/uv.stamp: requirements/installer.lock
	@test -n "$(PYTHON)" || { echo "Bedside needs Python 3.11 or newer; this machine has $$(python3 --version 2>&1 || true)."; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(PY) || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python cannot make a virtual environment here; on Debian and Ubuntu: apt-get install python3-venv"; exit 2; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.lock
	@touch $@

# Where the tests' packages are installed already, they stay: they include all that running needs.
.venv/run.stamp: requirements/run.lock .venv/uv.stamp
	@if [ -e .venv/dev.stamp ]; then $(MAKE) .venv/dev.stamp; else \
		echo "Installing what running needs ..."; .venv/bin/uv pip sync --quiet --require-hashes requirements/run.lock; fi
	@touch $@

.venv/dev.stamp: requirements/dev.lock .venv/uv.stamp
	@echo "Installing what the tests need ..."
	@.venv/bin/uv pip sync --quiet --require-hashes requirements/dev.lock
	@touch $@ .venv/run.stamp
