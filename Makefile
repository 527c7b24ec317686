# Every target sets up what it needs; a second run finds it there. `make help` lists them.
# ARGS="..." goes to what is run: make test ARGS="-k ingest", make demo ARGS="--help".
# make test STREAMBRO_TEST_FFMPEG=pip (or =/path/to/ffmpeg): the tests with another FFmpeg than the one on PATH.

PYTHON ?= python3
ARGS ?=
# Most tests wait for real processes: twice as many at once as there are cores.
WORKERS ?= $(shell expr 2 \* $$(nproc))
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
# Wheels only: what is hashed in the lock is what runs, and nothing is compiled on the way.
INSTALL := $(PIP) install --quiet --only-binary :all: --require-hashes -r
CODE := $(wildcard core bot adapters tests benchmarks tools)

# A stamp's name holds what it was made from, so that a changed lock or a moved folder is set up anew.
key = $(shell { pwd; cat $(1); } | cksum | cut -d ' ' -f 1)
VENV_STAMP := $(VENV)/.made-venv-$(call key,tools/venv.py)
RUN_STAMP := $(VENV)/.made-run-$(call key,requirements/run.lock pyproject.toml)
DEV_STAMP := $(VENV)/.made-dev-$(call key,requirements/dev.lock)
FFMPEG_STAMP := $(VENV)/.made-ffmpeg-$(call key,requirements/ffmpeg.lock)
FFPROBE_STAMP := $(VENV)/.made-ffprobe-$(call key,requirements/ffprobe.lock)
# The redirections make these go through a shell, which make would spare itself otherwise.
FFMPEG := $(if $(shell command -v ffmpeg 2>/dev/null),,$(FFMPEG_STAMP))
FFPROBE := $(if $(shell command -v ffprobe 2>/dev/null),,$(FFPROBE_STAMP))
TEST_FFMPEG := $(if $(filter pip,$(STREAMBRO_TEST_FFMPEG)),$(FFMPEG_STAMP),$(FFMPEG))

.DEFAULT_GOAL := help
# Two pips at once in one environment get into each other's way.
.NOTPARALLEL:
.PHONY: help install demo test check lint format types architecture bench soak chaos takeover lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

install: $(RUN_STAMP) ## .venv/bin/streambro with all that it needs
	@echo "Ready: $(VENV)/bin/streambro"

demo: $(RUN_STAMP) $(FFMPEG) ## a real stream to a local receiver, steered by a chat in this terminal
	@$(VENV)/bin/streambro demo $(ARGS)

test: $(DEV_STAMP) $(TEST_FFMPEG) $(FFPROBE) ## all tests, with a real FFmpeg and a real RTMP server
	@$(PY) -m tests.fakes.nginx
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: lint format types architecture ## linter, formatter, strict types and the rules of the house

lint: $(DEV_STAMP)
	@$(PY) -m ruff check $(CODE)

format: $(DEV_STAMP)
	@$(PY) -m ruff format --check $(CODE)

types: $(DEV_STAMP)
	@$(PY) -m mypy $(CODE)

architecture: $(DEV_STAMP)
	@$(PY) -m pytest tests/test_architecture.py

bench: $(DEV_STAMP) $(TEST_FFMPEG) $(FFPROBE) ## what streams cost beside bare FFmpegs
	@$(PY) -m tests.fakes.nginx
	@$(PY) -m benchmarks $(ARGS)

ROUNDS ?= 1000
soak: $(DEV_STAMP) $(TEST_FFMPEG) $(FFPROBE) ## does anything grow in ROUNDS=1000 starts and stops?
	@$(PY) -m tests.fakes.nginx
	@$(PY) -m benchmarks soak $(ROUNDS)

SEED ?= 7
chaos: $(DEV_STAMP) $(TEST_FFMPEG) $(FFPROBE) ## twenty streams under every fault there is, in the order of SEED=7
	@$(PY) -m tests.fakes.nginx
	@$(PY) -m tests.chaos --seed $(SEED) $(ARGS)

TAKE_OVERS ?= 20
takeover: $(DEV_STAMP) $(FFMPEG_STAMP) $(FFPROBE) ## TAKE_OVERS=20 kills -9 of the service leave no gap, with both FFmpegs
	@$(PY) -m tests.fakes.nginx
	@$(PY) -m tests.chaos.take_over --rounds $(TAKE_OVERS) $(ARGS)

# uv makes locks that hold for every platform and name no host.
COMPILE := .cache/lock/bin/uv --no-config pip compile --quiet --universal --python-version 3.11 --upgrade \
	--generate-hashes --no-annotate --no-header
lock: $(VENV_STAMP) ## the newest versions of everything into requirements/*.lock
	@test -x .cache/lock/bin/uv || { $(PYTHON) tools/venv.py .cache/lock && .cache/lock/bin/python -m pip install -q uv; }
	@$(COMPILE) --extra telegram --extra discord --extra pictures pyproject.toml requirements/build.in \
		-o requirements/run.lock
	@$(COMPILE) --extra telegram --extra discord --extra pictures --extra dev pyproject.toml requirements/build.in \
		-c requirements/run.lock -o requirements/dev.lock
	@$(COMPILE) requirements/ffmpeg.in -o requirements/ffmpeg.lock
	@$(COMPILE) requirements/ffprobe.in -o requirements/ffprobe.lock

clean: ## everything that the other targets made
	@rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info build
	@find $(CODE) -name __pycache__ -prune -exec rm -rf {} +

$(VENV_STAMP):
	@$(PYTHON) tools/venv.py $(VENV)
	@rm -f $(VENV)/.made-venv-* && touch $@

$(RUN_STAMP): $(VENV_STAMP)
	@echo "Installing what StreamBro needs into $(VENV) ..."
	@$(INSTALL) requirements/run.lock
	@$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.made-run-* && touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@echo "Installing what its tests need ..."
	@$(INSTALL) requirements/dev.lock
	@rm -f $(VENV)/.made-dev-* && touch $@

$(FFMPEG_STAMP): $(VENV_STAMP)
	@echo "Fetching an FFmpeg by pip (65 MB) ..."
	@$(INSTALL) requirements/ffmpeg.lock
	@rm -f $(VENV)/.made-ffmpeg-* && touch $@

$(FFPROBE_STAMP): $(VENV_STAMP)
	@echo "Fetching an ffprobe by pip ..."
	@$(INSTALL) requirements/ffprobe.lock
	@rm -f $(VENV)/.made-ffprobe-* && touch $@
