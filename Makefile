# `make help` lists the targets. Needs Python 3.11 or newer as $(PYTHON), make and a package index.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VERSION := -c 'import sys; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 11))'
INSTALL := $(BIN)/python -m deploy.pip_install
PYTEST := $(BIN)/python -m pytest -q -n auto --dist loadgroup
UV_LOCK := $(BIN)/python -m uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11
# Only `make PRODUCT=jsm` changes it: the environment may have the product of something else.
PRODUCT := opsgenie
LOCKS := service/requirements.txt requirements.txt requirements-local.txt requirements-dev.txt

# These would change which Python runs, and PYTHONOPTIMIZE would drop asserts.
unexport PYTHONHOME PYTHONOPTIMIZE PYTHONPATH PYTHONSAFEPATH PYTHONWARNINGS

.DEFAULT_GOAL := help
.PHONY: FORCE help same-python demo local run package test test-all mutate bench lint format lock lock-check audit clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

# Checks that the Python in .venv has pip. It has none after `uv venv` or a failed `python3 -m venv`, and fails if the
# Python that it links to is gone: that is repaired first, and everything is installed again.
ifneq ($(shell $(BIN)/python -I -c 'import pip' >/dev/null 2>&1 && echo whole),whole)
$(VENV)/.whole: FORCE
endif

$(VENV)/.whole: | same-python
	@$(BIN)/python -c '' 2>/dev/null || { \
	  '$(PYTHON)' $(VERSION) >/dev/null 2>&1 || \
	    { echo "make: $(PYTHON) is missing or older than Python 3.11; name another one: make PYTHON=python3.12 ..." >&2; exit 1; }; \
	  echo "making the virtual environment $(VENV)"; \
	  said=$$('$(PYTHON)' -m venv --clear $(VENV) 2>&1); }; \
	$(BIN)/python $(VERSION) >/dev/null 2>&1 || \
	  { echo "make: $(VENV) has no Python 3.11 or newer; $${said:-remove it first: make clean}" >&2; exit 1; }; \
	$(BIN)/python -I -c 'import pip' 2>/dev/null || $(BIN)/python -I -m ensurepip >/dev/null 2>&1 || \
	  uv pip install --quiet --python $(BIN)/python pip 2>/dev/null || \
	  { echo "make: $(VENV) has no pip, and cannot be given it: $${said:-on Debian and Ubuntu, apt install python3-venv}" >&2; exit 1; }
	@touch $@

# Fail if PYTHON is not the Python in .venv.
same-python:
ifneq ($(origin PYTHON),file)
	@there=$$($(BIN)/python $(VERSION) 2>/dev/null); named=$$('$(PYTHON)' $(VERSION) 2>/dev/null); \
	[ -z "$$there" ] || [ "$$there" = "$$named" ] || \
	  { echo "make: $(VENV) has Python $$there, PYTHON=$(PYTHON) is $${named:-missing}; remove the environment first: make clean" >&2; exit 1; }
endif

# One stamp per lock, in order: nothing is installed again until its lock changes.
$(VENV)/.run: requirements.txt $(VENV)/.whole
$(VENV)/.local: requirements-local.txt $(VENV)/.run
$(VENV)/.dev: requirements-dev.txt $(VENV)/.local
$(VENV)/.run $(VENV)/.local $(VENV)/.dev:
	@echo "installing $< (about a minute the first time)"
	@$(INSTALL) $<
	@touch $@

# The tests install with these two.
$(VENV)/.pips: tests/support/pips/oldest.txt tests/support/pips/newest.txt $(VENV)/.dev
	@for pip in oldest newest; do rm -rf $(VENV)/pips/$$pip; \
	  $(INSTALL) --target $(VENV)/pips/$$pip tests/support/pips/$$pip.txt || exit; done
	@touch $@

demo: $(VENV)/.local ## the main job shown: deploy to a local AWS, send each kind of request, show the answers (or PRODUCT=jsm)
	@exec $(BIN)/python -m local demo --product '$(PRODUCT)'

local: $(VENV)/.local ## the same stack, kept until Ctrl-C, with the function's log (or PRODUCT=jsm)
	@exec $(BIN)/python -m local keep --product '$(PRODUCT)'

run: $(VENV)/.run ## only the service, on 127.0.0.1:5000, and a simulated Opsgenie, on 127.0.0.1:5001 (or PRODUCT=jsm)
	@exec $(BIN)/python -m local run --product '$(PRODUCT)'

package: $(VENV)/.run ## build the zip that Lambda runs; print its path, size and SHA-256
	@$(BIN)/python -m deploy.package

test: $(VENV)/.pips package ## every test but the long ones, and branch coverage; no network once installed
	@$(PYTEST) --cov

test-all: test ## every test, the long ones too
	@$(PYTEST) -m long

mutate: $(VENV)/.dev ## put a defect after the other into the rules and the flow; fail where no test notices
	@rm -rf mutants
	@$(BIN)/python -m mutmut run >$(VENV)/mutmut.log || { tail -50 $(VENV)/mutmut.log; exit 1; }
	@tr '\r' '\n' <$(VENV)/mutmut.log | grep -a . | tail -2
	@left=$$($(BIN)/python -m mutmut results) || exit; [ -z "$$left" ] || \
	  { echo "$$left"; echo "make: no test notices these; look with $(BIN)/mutmut show NAME" >&2; exit 1; }

bench: $(VENV)/.dev package ## calls and times against the floor, cold import, overhead, package
	@$(BIN)/python -m bench

lint: $(VENV)/.dev ## ruff and mypy
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy .

format: $(VENV)/.dev ## let ruff rewrite the code
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

lock: $(VENV)/.dev ## compile the .in files anew, with hashes
	@for lock in $(LOCKS); do $(UV_LOCK) $(LOCK_ARGS) $${before:+-c $$before} $${lock%.txt}.in -o $$lock || exit; before=$$lock; done

lock-check: $(VENV)/.dev ## fail where a lock does not fit its .in file any more
	@for lock in $(LOCKS); do cp $$lock $(VENV)/$${lock//\//-}; done
	@$(MAKE) --silent lock
	@for lock in $(LOCKS); do cmp $$lock $(VENV)/$${lock//\//-} || exit; done

audit: $(VENV)/.dev ## ask the advisory databases about what ships and what deploys; needs the network
	@$(BIN)/python -m uv tool run --quiet pip-audit==2.10.1 --strict --disable-pip --requirement requirements.txt

clean: ## remove what make made
	rm -rf $(VENV) build mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
