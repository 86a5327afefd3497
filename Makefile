# Every target is one line of help and a few of doing; CI runs the same ones (.ci/run).
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
KILLS ?= 500
WORKERS ?= $(if $(ONLY),0,3)
SYNC = PATH="$$PATH:$$PWD/$(BIN)" UV_PYTHON_DOWNLOADS=never uv sync --frozen --quiet --python $(BIN)/python

# Compiled modules are kept, whatever the machine says: every process of the tests would compile them all again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test test-crash services check bench

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## make .venv with everything in uv.lock; wants Python 3.11 or newer with venv, nothing else

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "uketsuke needs Python 3.11 or newer with venv. '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)"; \
	  echo "Debian, Ubuntu: apt install python3 python3-venv    another Python: make $(MAKECMDGOALS) PYTHON=python3.12"; \
	  exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@uv --version >/dev/null 2>&1 || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@# The second try is for networks that inspect TLS: their certificate authority is known to the system only.
	@$(SYNC) 2>/dev/null || UV_SYSTEM_CERTS=1 $(SYNC)
	@touch $@

demo: install ## show the whole thing with sample people, ledgers and mails
	@$(BIN)/uketsuke demo

test: install ## the tests; needs neither root nor servers, and skips with a reason what it cannot run
	@# Much of it is waiting (leases, servers, disks): three share two cores well. ONLY="tests/queue -k held" for some.
	@# One hash seed for all, or tests named by the members of a set have another order in each.
	@export PYTHONHASHSEED=$${PYTHONHASHSEED:-$$RANDOM}; echo "PYTHONHASHSEED=$$PYTHONHASHSEED WORKERS=$(WORKERS)"; \
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow" $(ONLY)

test-crash: install ## the crash suite with many kills (KILLS=500)
	@UKETSUKE_KILLS=$(KILLS) $(BIN)/python -m pytest -q -n $(WORKERS) -m crash --timeout 600

services: ## install the servers and the browser that the tests use (Debian, as root)
	@tests/servers/install.sh

check: install ## what a reviewer should not have to say: format, lint, types, layers, sizes
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check . ; exit 1; }
	@$(BIN)/mypy
	@out=$$($(BIN)/lint-imports 2>&1) || { echo "$$out"; exit 1; }
	@$(BIN)/python -m pytest -q tests/house

bench: install ## how long things take, beside floors measured in the same run
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.screens
