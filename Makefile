# The two commands of the README are `make demo` and `make test`; each does its own set-up in .venv with nothing
# but Python 3.11 or later, git and make on the machine.
PYTHON ?= python3
BIN := .venv/bin
export UV_NO_PROGRESS := 1
# Trust what the machine trusts, also behind a proxy of its own.
export UV_SYSTEM_CERTS := 1

.PHONY: setup demo test check docs bench train-setup train-measure clean

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
	@$(BIN)/ruff format --check src tests bench train
	@$(BIN)/ruff check src tests bench train
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: setup
	@$(BIN)/uv sync --quiet --frozen --inexact --group docs
	@$(BIN)/sphinx-build -q -W -b html docs docs/_build

bench: setup
	@$(BIN)/python -m bench

# Long work by hand, see train/README.md; it needs ../shared beside the project.
TRAIN := train/scratch/venv/bin/python
WEIGHTS := src/mutuals/reading/learned/weights

train-setup:
	@test -x $(TRAIN) || $(PYTHON) -m venv train/scratch/venv
	@$(TRAIN) -m pip install --quiet -r train/requirements.txt -e .
	@$(TRAIN) -m train.prepare

train-measure:
	@for k in 0 1; do \
	  $(TRAIN) -m train.export train/scratch/fold$$k train/scratch/out$$k && cp $(WEIGHTS)/linear.npz train/scratch/out$$k/ && \
	  $(TRAIN) -m train.calibrate train/scratch/out$$k train/scratch/fold0 train/scratch/fold1 --only $$k || exit 1; done
	@$(TRAIN) -m train.measure $(WEIGHTS) 0=train/scratch/out0 1=train/scratch/out1
	@$(TRAIN) -m train.card train/scratch/final $(WEIGHTS)

clean:
	rm -rf .venv docs/_build
