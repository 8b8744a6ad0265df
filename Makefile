# Everyday commands. `make` without a target lists them.

PYTHON ?= python3
ENV    ?= dev
ENVS   ?= envs

.DEFAULT_GOAL := help
.PHONY: help setup local local-stop dashboards test test-fast lint validate build synth addresses pipeline reference rights bootstrap plan doctor scan deploy destroy bench bench-all bench-setup exit clean

# CI and shells can set these as environment variables.
export ENVS
# Installed packages have no bytecode until their first import writes it.
unexport PYTHONDONTWRITEBYTECODE

RUN = .venv/bin/python -m ops

# Needs only the standard library, because .venv may be missing.
LOCAL_STOP = $$(command -v .venv/bin/python || command -v $(PYTHON)) -m local_aws.process build/local

# tests/support/processes.py distributes the tests over processes; local tests mostly wait.
# Each part is given by its folder: every process collects all tests that it is given, even if a marker leaves them out.
# Terraform and its provider use most of the CPU time; GOGC trades memory for less garbage collection.
TESTS = GOGC=800 .venv/bin/python -m pytest --numprocesses

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  ENV=dev|staging|prod selects the environment, ENVS=folder the folder of environment files."

setup: ## Install dependencies from the lock files (other targets do this when needed)
	@$(PYTHON) ops/set_up.py

local: setup ## Apply ENV to an embedded AWS: no account, no cost
	@$(RUN) local --env $(ENV)

local-stop: setup ## Stop the embedded AWS and discard everything in it
	@$(RUN) local-stop

dashboards: setup ## Write the dashboard of ENV as a web page with sample data
	@$(RUN) dashboard preview --env $(ENV)

test: lint ## Run lint, the fast tests, and the tests with real Terraform on the embedded AWS
	@$(TESTS) 2 --ignore tests/local
	@$(TESTS) 4 tests/local

test-fast: setup ## Run the tests without real applies: settings, rules, synthesized JSON, mocked provider
	@$(TESTS) 2 --ignore tests/local

lint: setup ## Run ruff, import-linter, and mypy
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/mypy

validate: setup ## Check the environment files
	@$(RUN) validate

build: setup ## Package the functions of all environments (commands that synthesize do this themselves)
	@env -u ENV $(RUN) build

synth: setup ## Synthesize all environments into cdktf.out
	@env -u ENV $(RUN) synth

addresses: setup ## Update the committed lists of addresses; fails if an address would be lost
	@env -u ENV $(RUN) addresses

pipeline: setup ## Regenerate the files of GitLab and GitHub from the environment files and the import graph
	@$(RUN) ci write

rights: setup ## Write the table of the pipeline's rights anew from applies of all test environments (takes long)
	@rm -rf build/rights
	@TF_LOG_PROVIDER=DEBUG TF_LOG_PATH=provider.log .venv/bin/python -m pytest -q -n 0 --basetemp build/rights tests/local/test_apply.py tests/local/test_teardown.py
	@.venv/bin/python -m tests.local.rights build/rights
	@rm -f provider.log

reference: setup ## Regenerate docs/reference from the settings
	@$(RUN) reference

bootstrap: setup ## Create the state bucket of ENV's account (real AWS; safe to run again)
	@$(RUN) bootstrap --env $(ENV)

plan: setup ## Show what a deploy of ENV would change (real AWS)
	@$(RUN) plan --env $(ENV)

doctor: setup ## Check everything that a deploy of ENV needs (real AWS; changes nothing)
	@$(RUN) doctor --env $(ENV)

scan: setup ## Plan ENV on the embedded AWS and check the plan with Checkov
	@$(RUN) scan --local --env $(ENV)

deploy: setup ## Plan ENV, ask for confirmation, and apply the plan (real AWS)
	@$(RUN) deploy --env $(ENV)

destroy: setup ## Destroy ENV after confirmation; never production (real AWS)
	@$(RUN) destroy --env $(ENV)

bench: bench-setup ## Compare a synth of prod with stock bindings and TypeScript (ten minutes; writes docs/bench.md)
	@ENV=prod bench/.venv/bin/python -m bench.run main.py

bench-all: bench-setup ## Also compare larger apps, 100 and 400 generated services, and set-up (an hour)
	@ENV=prod bench/.venv/bin/python -m bench.run main.py --sizes 100,300,1000,5000 --services 100,400 --set-up

bench-setup: setup
	@$(PYTHON) -m bench.set_up
	@$(RUN) build --env prod

exit: setup ## Prove that the environments synthesize the same with CDK Terrain and AWS provider 6 (docs/exit.md)
	@env -u ENV .venv/bin/python -m exit

clean: ## Stop the embedded AWS; delete output, logs, and caches, but not .venv and node_modules
	@if [ -d build/local ]; then $(LOCAL_STOP); fi
	@rm -rf build cdktf.out .pytest_cache .mypy_cache .ruff_cache .hypothesis
