# Two commands on a fresh machine: `make demo` and `make test`. Needed: Python 3.11 or newer with pip, and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NOTEBOOKS := $(VENV)/.notebooks
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all lint docs notebooks clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## make the virtual environment, with every package at its tested version

demo: $(INSTALLED) ## train on the digits of scikit-learn; print the accuracy and where the report is
	@$(BIN)/python -m pellucid train digits

test: $(INSTALLED) ## run the tests (at most 5 minutes on two cores)
	@$(BIN)/python -m pytest -n $(WORKERS)

test-all: $(INSTALLED) ## run every test, the slow ones too (at most 25 minutes)
	@$(BIN)/python -m pytest -n $(WORKERS) -m "slow or not slow"

lint: $(INSTALLED) ## check the style of the code
	@$(BIN)/python -m ruff check .

docs: $(INSTALLED) ## make the reference of commands and recipes again
	@$(BIN)/python docs/reference.py

notebooks: $(NOTEBOOKS) ## open the notebooks in JupyterLab (installed at the first time)
	@$(BIN)/python -m jupyterlab notebooks

clean: ## remove the environment and everything that can be made again; runs/ stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made once, and installed again only when a requirement or a pinned version changes.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("pellucid needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.12")'
	@echo "Making the environment $(VENV) (once, a minute or two) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "no virtual environment could be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

$(NOTEBOOKS): $(INSTALLED)
	@echo "Installing JupyterLab (once, a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[notebook]'
	@touch $@
