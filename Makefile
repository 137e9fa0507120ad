# `make setup` prepares everything once; the other targets call it. Needs Python 3.11+, Node 20+, git and make.
PYTHON ?= python3
BIN := .venv/bin
BROWNIE_BIN := .venv-brownie/bin
ANALYSIS := .venv-analysis/.installed
PIP := -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint build contracts slither symbolic mutation coverage signing brownie wheel nightly docs bench \
	lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: .venv/.installed node_modules/.package-lock.json src/licet/web/static/site.js ## Virtualenv, Python packages, npm packages, the pages' scripts

# A real catalogue, where there is one beside the checkout; else the sample inside the package.
CATALOG ?= $(wildcard ../shared/data/tate_works.csv.gz)

demo: setup ## Play the whole job on a local chain: register, offer, buy, share, audit
	$(BIN)/licet demo $(if $(CATALOG),--catalog '$(CATALOG)')

test: setup $(ANALYSIS) ## Everything that must pass before a change lands
	$(BIN)/python scripts/check.py
	$(MAKE) --no-print-directory brownie wheel

lint: setup ## Style and types
	$(BIN)/python scripts/check.py lint format types

build: setup ## Compile the contracts into src/licet/artifacts/, and the pages' scripts into src/licet/web/static/
	$(BIN)/python scripts/build.py
	$(BIN)/python scripts/web.py

contracts: setup ## The contracts' own tests
	$(BIN)/python scripts/forge.py test

slither: setup $(ANALYSIS) ## Static analysis: every finding is explained, or it fails
	$(BIN)/python scripts/slither_check.py

symbolic: setup $(ANALYSIS) ## Proofs for every input at once
	$(BIN)/python scripts/symbolic.py

mutation: setup ## Do the contracts' tests notice what is changed in a contract?
	$(BIN)/python scripts/mutate.py

coverage: setup ## How much of the contracts their tests run
	$(BIN)/python scripts/coverage.py

signing: setup ## clear-signing/: how wallets show what is signed (ERC-7730)
	$(BIN)/python scripts/clear_signing.py

brownie: setup .venv-brownie/.installed ## Brownie compiles, deploys and tests on Anvil
	$(BROWNIE_BIN)/python scripts/brownie_check.py

wheel: setup ## The wheel, installed alone in an empty virtualenv, works
	$(BIN)/python scripts/wheel_check.py

nightly: setup ## Long fuzzing, re-orgs and kills, 5,000 sends, 10,000 audited operations, proofs, mutants, coverage, and the peers' figures
	FOUNDRY_PROFILE=nightly $(BIN)/python scripts/forge.py test
	LICET_REORGS=500 LICET_KILLS=300 $(BIN)/python -m pytest tests/integration/test_index_reorgs.py
	LICET_SENDS=5000 LICET_KILLS=300 $(BIN)/python -m pytest -s tests/integration/test_sending.py
	LICET_KILLS=200 $(BIN)/python -m pytest -s tests/integration/test_gateway_kills.py
	LICET_OPERATIONS=10000 LICET_FAULTS=25 LICET_SEED=$$(date +%F) $(BIN)/python -m pytest -s tests/integration/test_audit_stateful.py
	$(MAKE) --no-print-directory symbolic coverage mutation
	$(BIN)/python scripts/clear_signing.py --check --lint
	$(BIN)/python benchmarks/peers.py --check
	$(BIN)/python benchmarks/find.py --check
	$(BIN)/python benchmarks/quote.py --check
	$(BIN)/python benchmarks/index.py --check
	$(BIN)/python benchmarks/audit.py --check
	$(BIN)/python benchmarks/statement.py --check
	$(BIN)/python benchmarks/gateway.py --check
	$(BIN)/python benchmarks/pages.py --check
	LICET_NIGHTLY=1 $(BIN)/python -m pytest --timeout 3600 tests/unit tests/integration/test_statement_spark.py tests/browser/test_pages.py

docs: setup ## The pages made by the program: docs/cli.md, docs/demo.md, docs/trust.md, docs/vocabulary.md, docs/findings.md
	$(BIN)/python scripts/docs.py $(if $(CATALOG),--catalog '$(CATALOG)')
	$(BIN)/python scripts/trust.py
	$(BIN)/python scripts/vocabulary.py
	$(BIN)/python scripts/findings.py

bench: setup ## Gas and fresh storage slots per operation; finding, quoting, indexing, statements, the gateway, pages
	$(BIN)/python benchmarks/gas.py
	$(BIN)/python benchmarks/find.py
	$(BIN)/python benchmarks/quote.py
	$(BIN)/python benchmarks/index.py
	$(BIN)/python benchmarks/statement.py
	$(BIN)/python benchmarks/audit.py
	$(BIN)/python benchmarks/gateway.py
	$(BIN)/python benchmarks/pages.py

lock: ## Resolve every dependency anew and pin it with its hashes
	$(PYTHON) scripts/lock.py

clean: ## Remove what was built or installed
	rm -rf .venv .venv-analysis .venv-brownie .brownie-home node_modules build dist src/licet/web/static .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.installed: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Licet needs Python 3.11 or newer: make PYTHON=/path/to/python3.11' >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { echo 'This Python lacks ensurepip: install the package python3-venv, then run make again.' >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) --require-hashes -r requirements-dev.lock
	$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
	touch $@

.venv-brownie/.installed: requirements-brownie.lock
	$(PYTHON) -m venv .venv-brownie
	$(BROWNIE_BIN)/python $(PIP) --require-hashes -r requirements-brownie.lock
	touch $@

$(ANALYSIS): requirements-analysis.lock
	$(PYTHON) -m venv .venv-analysis
	.venv-analysis/bin/python $(PIP) --require-hashes -r requirements-analysis.lock
	touch $@

# npm writes this file at the end of an install.
node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null \
		|| { echo 'Licet needs Node 20 or newer, with npm, on the PATH.' >&2; exit 2; }
	npm ci
	touch $@

WEB_SOURCES := $(shell find web -type f) $(wildcard src/licet/artifacts/*.json src/licet/errors/*.py)

src/licet/web/static/site.js: .venv/.installed node_modules/.package-lock.json scripts/web.py $(WEB_SOURCES)
	$(BIN)/python scripts/web.py
