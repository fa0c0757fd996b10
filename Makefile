# Everything a person or CI does with this project. `make` alone lists it.

VENV   ?= .venv
PYTHON ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3.14 python3 python,$(shell $(p) -c \
	'import sys, venv, ensurepip; print("$(p)") if (3, 11) <= sys.version_info[:2] <= (3, 14) else 0' 2>/dev/null)))
BIN    := $(VENV)/bin
RUN    := $(BIN)/python -m
ARGS   ?=

# Tests wait for brokers and workers as much as they compute: one process more than there are cores, five at most.
TEST_PROCESSES ?= $(shell $(PYTHON) -c 'import os; print(min(5, (os.cpu_count() or 1) + 1))')

# Modules that are compiled once start every process of a test a second sooner.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install install-checked hashes sbom audit setup demo test slow check unit kafka chaos group-crashes listening drill latency bench scale nab nab-choice calibration replay-speed incidents-table sentiment-table moderation-table community-table mutants docs clean moderation-crashes

help: ## List the targets
	@echo "Tocsin: make TARGET [ARGS='…' passed on to the command]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Tocsin needs Python 3.11 to 3.14 with the venv module" \
		"(Debian: apt-get install python3-venv), or say where: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(RUN) pip install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.ready: $(VENV)/.installed
	$(RUN) pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

install: $(VENV)/.installed ## Make .venv with the tocsin command, without the tools for development

install-checked: | $(BIN)/python ## Make .venv like install, from files whose hashes requirements.txt knows; so does the image
	$(RUN) pip install --quiet --require-hashes -r requirements.txt
	$(RUN) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(VENV)/.installed

hashes: setup ## Renew requirements.txt: the hashes of all files of what constraints.txt pins
	@$(RUN) pip install --quiet -c constraints.txt -e '.[hashes]'
	@head -2 requirements.txt > requirements.new
	@echo setuptools | $(BIN)/uv pip compile --quiet pyproject.toml - --extra otel -c constraints.txt --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --no-emit-index-url >> requirements.new
	@mv requirements.new requirements.txt

sbom: setup ## Write out/tocsin.cdx.json, the software bill of materials (CycloneDX): every package with its hashes
	@$(RUN) pip install --quiet -c constraints.txt -e '.[sbom]'
	@mkdir -p out
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file out/tocsin.cdx.json requirements.txt

audit: setup ## Look for known vulnerabilities of what is pinned; skipped, with the reason, where that cannot be asked
	@$(RUN) pip install --quiet -c constraints.txt -e '.[audit]'
	@$(RUN) tests.support.audit

setup: $(VENV)/.ready ## Make .venv with the tocsin command and the tools for development
	@echo "Ready: $(BIN)/tocsin --help"

demo: install ## Watch an invented crisis break and reach Slack, in under a minute
	@$(BIN)/tocsin demo $(ARGS)

test: check ## Run every check and every test; says which broker it ran on
	$(RUN) pytest -m 'not slow' --numprocesses $(TEST_PROCESSES) --dist loadfile $(ARGS)

slow: setup ## Run the few tests that take the better part of a minute or more: tuning, a killed group, whole real streams
	$(RUN) pytest -m slow $(ARGS)

check: setup ## Lint, formatting, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup ## Run the tests that need no broker
	$(RUN) pytest -m 'not kafka and not slow' $(ARGS)

kafka: setup ## Start Apache Kafka in a throwaway folder; Ctrl-C stops it
	@$(RUN) tests.support.kafka $(ARGS)

chaos: setup ## Inflict faults drawn with seeds on workers, broker, Slack and topics: is all still exact?
	@$(RUN) benchmarks.chaos $(ARGS)

group-crashes: setup ## Kill all of tocsin up twenty times: is everything as in one uninterrupted run?
	@$(RUN) benchmarks.group_crashes $(ARGS)

moderation-crashes: setup ## Kill services of the moderation queue at random over ten thousand items: is each decided once?
	@$(RUN) benchmarks.moderation_crashes --write $(ARGS)

mutants: setup ## Plant mistakes in what decides, pages and counts: do the tests without a broker find them?
	@$(RUN) pip install --quiet -c constraints.txt -e '.[mutants]'
	@$(RUN) benchmarks.mutants $(ARGS)

listening: setup ## Kill a listener fifty times while its sources move on: is each post sent once?
	@$(RUN) benchmarks.listening $(ARGS)

drill: setup ## Cause each fault of an operator's drill on a real Kafka: does status, an alert rule and a webhook show it?
	@$(RUN) benchmarks.drill $(ARGS)

latency: setup ## Measure the time from a mention to the Slack request, p50 and p99
	@$(RUN) benchmarks.latency $(ARGS)

bench: setup ## Measure mentions a second on one core beside a hand-written loop, Quix Streams and a docs-style Faust app
	@$(RUN) benchmarks.bench $(ARGS)

scale: setup ## Measure what grows with processes, brands, backlog, idle partitions and a hot brand
	@$(RUN) benchmarks.scale $(ARGS)

nab: setup ## Score the volume detector on NAB's realTweets
	@$(RUN) benchmarks.nab.__main__ $(ARGS)

nab-choice: setup ## Choose the volume rule's parameters without each brand in turn, and score them there
	@$(RUN) benchmarks.nab.choice $(ARGS)

calibration: setup ## Simulate quiet brands: false alarms against the promise, and how soon a burst is heard
	@$(RUN) benchmarks.detection.calibration $(ARGS)

replay-speed: setup ## Time replays of real words, dense and sparse, and of the real posts, and their memory
	@$(RUN) benchmarks.replay_speed $(ARGS)

incidents-table: setup ## Replay the labelled incidents: delay and false alarms
	@$(RUN) benchmarks.detection.incidents $(ARGS)

community-table: setup ## Measure memory and bounds of the counts of authors of the busiest brand, and make them again
	@$(RUN) benchmarks.detection.community --write $(ARGS)

moderation-table: setup ## Score the moderation policies on labelled sets and functional cases
	@$(RUN) benchmarks.moderation --write $(ARGS)

sentiment-table: setup ## Score sentiment, language and abuse on the labelled sets
	@$(RUN) benchmarks.sentiment $(ARGS)

docs: setup ## Draw the pictures and tables of docs/ again
	@$(RUN) config.schema > config/brands.schema.json
	@$(RUN) config.reference
	@$(RUN) tocsin.cli.reference > docs/cli.md
	@$(RUN) streams.health.metrics_reference > docs/operations/metrics.md
	@$(RUN) docs.alert_line_examples
	@$(RUN) docs.draw $(ARGS)

clean: ## Remove the environment and everything made
	rm -rf $(VENV) build dist out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
