# The one door: `make` alone lists what can be done. Every command sets up what it needs the first time.

PYTHON ?= python3
JOBS ?= 3
SET_UP = $(PYTHON) tools/set_up.py
VENV = .venv/bin

.DEFAULT_GOAL = help
# Many Python processes are started here: without their bytecode kept, each compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup demo test check bench chaos jac lock clean

help: ## list the commands
	@echo "Windrow. What would you like to do?"
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z%-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'
	@echo "ARGS goes to the program: make demo ARGS=--once, make test ARGS='tests/core -k lease'"

setup: ## set up everything that the other commands need
	@$(SET_UP) dev pycsw pygeoapi beat stac debian koop
	@echo "Ready: make demo, make test, make check, make bench."

setup-%: ## set up one part: runtime, dev, pycsw, pygeoapi, beat, stac, debian, koop, jac, httpx
	@$(SET_UP) $*

demo: ## start Windrow, harvest a real catalogue, show it (ARGS=--once ends by itself)
	@$(SET_UP) runtime pycsw
	@$(VENV)/python -m demo $(ARGS)

test: ## run the tests, with real servers and a browser on this machine (JOBS=1: one at a time)
	@$(SET_UP) dev pycsw pygeoapi beat stac debian koop
	@$(VENV)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

check: ## check form, types, imports and house rules
	@$(SET_UP) dev
	@echo "Form ..." && $(VENV)/ruff format --quiet --check . && $(VENV)/ruff check --quiet .
	@echo "Types ..." && $(VENV)/mypy --no-error-summary $(wildcard src samples tests tools demo benchmarks)
	@mkdir -p build && echo "Imports ..." && { $(VENV)/lint-imports --no-logo >build/imports.txt || { cat build/imports.txt; exit 1; }; }
	@echo "House rules ..." && $(VENV)/python -m pytest -q --no-header tests/rules
	@echo "All checks passed."

bench: ## measure speed and memory against the limits; writes build/bench.json
	@$(SET_UP) dev pycsw beat httpx debian
	@$(VENV)/python -m benchmarks $(ARGS)

chaos: ## kill, cut off, freeze and fill up installations, and look what became of their work; writes build/chaos.json
	@$(SET_UP) dev debian
	@nice -n 5 $(VENV)/python -m tests.chaos $(ARGS)

jac: ## run Jac programs by the real Jac, and call the walkers of a real Jac server
	@$(SET_UP) dev jac
	@$(VENV)/python -m pytest tests/work/jac/real_jac.py $(ARGS)

lock: ## make the lock files anew from pyproject.toml (ARGS=--upgrade takes the newest)
	@$(SET_UP) dev
	@$(PYTHON) tools/lock.py $(ARGS)

clean: ## remove everything that the other commands made
	rm -rf .venv .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
