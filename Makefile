# `make help` lists the targets. Needs Python 3.11 or newer as $(PYTHON), make and a package index.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help demo local run package test test-all mutate bench lint format lock lock-check audit clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "make: $(PYTHON) is missing or older than Python 3.11; name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "making the virtual environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# A stamp a lock file: nothing is installed again until the lock changes.
$(VENV)/.run: requirements.txt | $(BIN)/python
	@echo "installing requirements.txt (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	@echo "installing requirements-dev.txt (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(VENV)/.dev ## the main job shown: deploy to a local AWS, send each kind of request, show the answers
	@exec $(BIN)/python -m local demo

local: $(VENV)/.dev ## the same stack, kept until Ctrl-C, with the function's log
	@exec $(BIN)/python -m local keep

run: $(VENV)/.run ## only the service, on 127.0.0.1:5000, and a simulated Opsgenie, on 127.0.0.1:5001
	@exec $(BIN)/python -m local run

package: $(VENV)/.run ## build the zip that Lambda runs; print its path, size and SHA-256
	@$(BIN)/python -m deploy.package

test: $(VENV)/.dev package ## every test but the long ones, and branch coverage; no network once installed
	@$(BIN)/python -m pytest -q -n auto --dist loadgroup --cov

test-all: test ## every test, the long ones too
	@$(BIN)/python -m pytest -q -n auto --dist loadgroup -m long

mutate: $(VENV)/.dev ## put a defect after the other into the rules and the flow; fail where no test notices
	@rm -rf mutants
	@$(BIN)/mutmut run >$(VENV)/mutmut.log || { tail -50 $(VENV)/mutmut.log; exit 1; }
	@tr '\r' '\n' <$(VENV)/mutmut.log | grep -a . | tail -2
	@if $(BIN)/mutmut results | grep .; then echo "make: no test notices these; look with $(BIN)/mutmut show NAME" >&2; exit 1; fi

bench: $(VENV)/.dev package ## calls and times against the floor, cold import, overhead, package
	@$(BIN)/python -m bench

lint: $(VENV)/.dev ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .

format: $(VENV)/.dev ## let ruff rewrite the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(VENV)/.dev ## compile the .in files anew, with hashes
	@$(UV_LOCK) $(LOCK_ARGS) service/requirements.in -o service/requirements.txt
	@$(UV_LOCK) $(LOCK_ARGS) requirements.in -c service/requirements.txt -o requirements.txt
	@$(UV_LOCK) $(LOCK_ARGS) requirements-dev.in -c requirements.txt -o requirements-dev.txt

lock-check: $(VENV)/.dev ## fail where a lock does not fit its .in file any more
	@cp service/requirements.txt $(VENV)/service.txt && cp requirements.txt $(VENV)/run.txt && cp requirements-dev.txt $(VENV)/dev.txt
	@$(MAKE) --silent lock
	@cmp service/requirements.txt $(VENV)/service.txt && cmp requirements.txt $(VENV)/run.txt && cmp requirements-dev.txt $(VENV)/dev.txt

audit: $(VENV)/.dev ## ask the advisory databases about what ships and what deploys; needs the network
	@$(BIN)/uv tool run --quiet pip-audit==2.10.1 --strict --disable-pip --requirement requirements.txt

clean: ## remove what make made
	rm -rf $(VENV) build mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
