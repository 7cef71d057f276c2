# Everything begins here; `make help` says what there is. Only Python 3.11+ and make are needed.
PYTHON ?= python3
SIZE ?= small
TIER ?= quick
VENV := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test check bench
# Where the machine forbids to keep compiled Python, each process that a test or a bench starts would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

PICK_quick := -m "not slow"
PICK_slow := -m slow

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start the product: http://127.0.0.1:8000 (HOST, PORT); Ctrl-C stops it
	@$(PYTHON) -I config/install.py run
	@exec $(VENV)/python -m config.run

test: ## Run the tests: TIER=quick, or slow for those that take minutes
	@$(PYTHON) -I config/install.py dev
	@$(VENV)/python -m config.frontend
	@$(VENV)/python -m pytest -n 2 $(or $(PICK_$(TIER)),$(error TIER is quick or slow))

check: ## Format, lint, types, import contracts, templates, migrations, OpenAPI file
	@$(PYTHON) -I config/install.py dev
	@$(VENV)/python -m config.frontend
	@$(VENV)/python -m config.check

bench: ## Measure against the machine's ceilings (SIZE=small or full)
	@$(PYTHON) -I config/install.py dev
	@$(VENV)/python -m config.frontend
	@DEBUG=1 $(VENV)/python -m bench --size $(SIZE)
