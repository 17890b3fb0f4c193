# The commands of the README. `demo` and `test` need Python 3.11 or newer with venv, and nothing else.

PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)
PIP_INSTALL = .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement

.PHONY: demo test faults interleavings bench lint lock

demo: .venv/.runtime
	@exec .venv/bin/python manage.py demo

# ARGS goes to pytest: make test ARGS="-k reminder"
test: .venv/.dev
	@.venv/bin/python -m tests.run $(ARGS)

# Needs PostgreSQL's programs and redis-server; starts its own. make faults ARGS="--seed 7 --size long"
faults: .venv/.dev
	@.venv/bin/python -m tests.faults $(ARGS)

# Needs PostgreSQL's programs; starts its own. make interleavings ARGS="--seed 7 --count 10000"
interleavings: .venv/.dev
	@.venv/bin/python -m tests.interleavings $(ARGS)

# Needs a PostgreSQL where it may create a database: TEST_DATABASE_URL, or one on this machine. A tenth of the people in
# two minutes: make bench SCALE=0.1. A part: make bench ARGS="--only B1,B2"
SCALE ?= 1
bench: .venv/.dev
	@.venv/bin/python -m benchmarks --scale $(SCALE) $(ARGS)

lint: .venv/.dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djade --target-version 5.2 --check $$(git ls-files 'templates/*.html')
	.venv/bin/mypy

# Needs uv (https://docs.astral.sh/uv/). The locks hold hashes and no addresses.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml
lock:
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra dev --output-file requirements-dev.txt

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Ascender needs Python 3.11 or newer; none was found."; exit 1; }
	@echo "Building .venv …"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/.runtime: requirements.txt | .venv/bin/python
	@$(PIP_INSTALL) requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/bin/python
	@$(PIP_INSTALL) requirements-dev.txt
	@touch $@
