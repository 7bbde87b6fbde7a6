# Every target sets up .venv by itself; it is quick when that has been done.
.DEFAULT_GOAL := help
.PHONY: help explore matrix test check bench clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTED := $(VENV)/.tools

help:
	@echo "make explore   explore the patch for two minutes; the table, and pictures in out/index.html"
	@echo "make matrix    all of it, under all five models; long, in out-all/index.html"
	@echo "make test      run the tests; of some with ARGUMENTS=tests/reports"
	@echo "make check     lint (ruff) and type-check (mypy)"
	@echo "make bench     time searches, kernel vectors, matrix and start; less with ARGUMENTS=--quick"

explore: $(READY)
	@$(BIN)/sealrace matrix --expect --out out

matrix: $(READY)
	@$(BIN)/sealrace matrix --all --expect --out out-all

test: $(TESTED)
	$(BIN)/python -m pytest -n auto $(ARGUMENTS)

check: $(TESTED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests/served.py tests/explorer/cli/*.py tests/explorer/cli/serve/*.py
	$(BIN)/mypy tests/conftest.py

bench: $(READY)
	$(BIN)/python -m bench $(ARGUMENTS)

# What setup.py compiles is compiled anew when it has changed.
COMPILED := $(shell sed -n 's/^    "\(explorer\/.*\.py\)",$$/\1/p' setup.py)

# git and venv are what a fresh machine may lack; say so by name and stop.
$(READY): pyproject.toml setup.py $(COMPILED)
	@command -v git >/dev/null || { echo "git is missing: apt install git" >&2; exit 1; }
	@command -v python3 >/dev/null || { echo "python3 is missing: apt install python3 python3-venv" >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed" >&2; exit 1; }
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "venv is missing: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV), about half a minute where there is a C compiler ..."
	@python3 -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q explorer reports scenarios
	@$(BIN)/sealrace --version
	@touch $@

# What tests and checks need beside it; make explore goes without. Named by hand, .[dev] would compile it all once more.
$(TESTED): $(READY)
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["dev"], sep="\n")' > $@.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $@.txt
	@touch $@

clean:
	rm -rf $(VENV) out out-all build
	find explorer . -maxdepth 3 -name '*.so' -not -path './.venv/*' -delete
