# Everything a person does with this repository. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
PARALLEL := -n 2 --dist loadfile
OUT_OF_FAST := browser or pg15 or soak or bench

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-fast lint format reference docs bench soak mutants messages lock system-packages clean

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name says; do \
		printf '%-22s %s\n' "$$name" "$$says"; done

demo: $(VENV)/.run ## run the first journey on fictional data, then serve the ward app (DEMO_SERVE=0: only the journey)
	@$(BIN)/python examples/ward/demo.py

test: $(VENV)/.dev system-packages lint ## install what is missing, check style and types, run every test but soak and bench
	$(PYTEST) $(PARALLEL) -m "not soak and not bench"

test-fast: $(VENV)/.dev ## run the everyday tests: no browser, no PostgreSQL 15, under two minutes
	$(PYTEST) $(PARALLEL) -m "not ($(OUT_OF_FAST))"

lint: $(VENV)/.dev ## check format, style, types, the floors and the pages made from the code
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.reference_pages --check

format: $(VENV)/.dev ## rewrite the code in the house format and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: $(VENV)/.dev ## write the pages of the documentation that are made from the code
	$(BIN)/python -m scripts.reference_pages

docs: $(VENV)/.dev ## build the documentation into site/, strictly
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(VENV)/.dev ## measure; writes build/bench.json
	@mkdir -p build
	$(BIN)/python -m bench

soak: $(VENV)/.dev system-packages ## kills, storms and long properties, at most 45 minutes; prints its seeds
	$(PYTEST) -m soak -rA

mutants: $(VENV)/.dev ## remove each listed check and see its test fail
	$(BIN)/python scripts/mutants.py

messages: $(VENV)/.dev ## compile the message catalogues that changed
	$(BIN)/python hatch_build.py

lock: ## resolve the dependencies anew into requirements/ (UPGRADE=1: to the newest releases)
	sh scripts/lock.sh

system-packages: ## see that Chromium, PostgreSQL 15 and strace are there; install them when root on Debian
	@sh scripts/system_packages.sh

clean: ## remove everything that tools made, except .venv
	rm -rf build dist site .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find src -name '*.mo' -delete
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

# The stamps: newer than the lock file and pyproject.toml when the environment agrees with them.
$(VENV)/.run: requirements/run.txt pyproject.toml hatch_build.py
	@sh scripts/environment.sh $(PYTHON) $(VENV) requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml hatch_build.py
	@sh scripts/environment.sh $(PYTHON) $(VENV) requirements/dev.txt
	@touch $@ $(VENV)/.run
