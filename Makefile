# The habits. `make` alone prints them.

PYTHON ?= python3
ENV    ?= dev
ENVS   ?= envs

.DEFAULT_GOAL := help
.PHONY: help setup local local-stop rsync test test-fast lint validate build synth addresses pipeline reference bootstrap plan doctor scan deploy destroy bench clean

# Make reads these of its own environment too, so that CI and a shell may set them.
export ENVS

RUN = .venv/bin/python -m ops

# Of the standard library alone: .venv may be gone.
LOCAL_STOP = $$(command -v .venv/bin/python || command -v $(PYTHON)) -m local_aws.process build/local

# tests/support/processes.py says which process runs what; the local ones wait more than they work.
# Terraform and its provider are most of what the processor does: memory is there to spare them collecting garbage.
TESTS = GOGC=800 .venv/bin/python -m pytest --numprocesses

help: ## Print the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  ENV=dev|staging|prod names the environment, ENVS=folder another folder of environment files."

setup: ## Install what the others need, from the lock files (done by them, once)
	@$(PYTHON) ops/set_up.py

local: setup ## Put ENV on an embedded AWS: no account, no cost
	@$(RUN) local --env $(ENV)

local-stop: setup ## End the embedded AWS, and with it all that was put there
	@$(RUN) local-stop

rsync:
	@command -v rsync >/dev/null || { echo "error rsync is missing, by which gitlab-ci-local copies: on Debian, apt-get install rsync" >&2; exit 3; }

test: rsync lint ## Everything: lint, fast tests, then the real Terraform on the embedded AWS
	@$(TESTS) 2 -m "not local"
	@$(TESTS) 4 -m local

test-fast: setup ## Without the real applies: settings, arithmetic, synthesized JSON, mocked provider
	@$(TESTS) 2 -m "not local"

lint: setup ## ruff, mypy, import-linter
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/mypy

validate: setup ## Check the environment files
	@$(RUN) validate

build: setup ## Pack the functions of all environments; what synthesizes does it by itself
	@env -u ENV $(RUN) build

synth: setup ## Synthesize all environments into cdktf.out
	@env -u ENV $(RUN) synth

addresses: setup ## Write the committed lists of addresses anew; none is lost without a word
	@env -u ENV $(RUN) addresses

pipeline: setup ## Write .gitlab-ci.yml anew, from the environment files and the import graph
	@$(RUN) ci write

reference: setup ## Write docs/reference anew, from the settings
	@$(RUN) reference

bootstrap: setup ## Make the state bucket of ENV's account (real AWS; can be run again)
	@$(RUN) bootstrap --env $(ENV)

plan: setup ## Show what a deploy of ENV would change (real AWS)
	@$(RUN) plan --env $(ENV)

doctor: setup ## Look at all that a deploy of ENV needs, and say what would stop it (real AWS; changes nothing)
	@$(RUN) doctor --env $(ENV)

scan: setup ## Plan ENV on the embedded AWS and check the plan by checkov's policies
	@$(RUN) scan --local --env $(ENV)

deploy: setup ## Plan, ask, apply ENV (real AWS)
	@$(RUN) deploy --env $(ENV)

destroy: setup ## Destroy ENV after asking; never production (real AWS)
	@$(RUN) destroy --env $(ENV)

bench: setup ## Measure a synth of prod against stock bindings and TypeScript (ten minutes; writes docs/bench.md)
	@.venv/bin/python -m pip install --quiet --require-hashes -r bench/requirements.lock
	@npm ci --prefix bench --ignore-scripts --no-audit --no-fund
	@$(RUN) build --env prod
	@ENV=prod .venv/bin/python -m bench.run main.py

clean: ## End the embedded AWS; remove what was made: output, logs, caches; not .venv and node_modules
	@if [ -d build/local ]; then $(LOCAL_STOP); fi
	@rm -rf build cdktf.out .pytest_cache .mypy_cache .ruff_cache .hypothesis
