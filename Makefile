# The two commands of the README are `make demo` and `make test`; each does its own set-up in .venv with nothing
# but Python 3.11 or later, git and make on the machine.
PYTHON ?= python3
BIN := .venv/bin
export UV_NO_PROGRESS := 1
# Trust what the machine trusts, also behind a proxy of its own.
export UV_SYSTEM_CERTS := 1

.PHONY: setup demo test check docs bench clean

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@$(BIN)/uv sync --quiet --frozen --inexact
	@touch $@

demo: setup
	@$(BIN)/mutuals demo

test: setup
	@$(BIN)/python -m pytest

check: setup
	@$(BIN)/ruff format --check src tests bench
	@$(BIN)/ruff check src tests bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: setup
	@$(BIN)/uv sync --quiet --frozen --inexact --group docs
	@$(BIN)/sphinx-build -q -W -b html docs docs/_build

bench: setup
	@$(BIN)/python -m bench

clean:
	rm -rf .venv docs/_build
