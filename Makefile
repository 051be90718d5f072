# Every command does its own set-up. `make help` lists them; ARGS="…" passes options on.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
DEPLOYMENT ?= local
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Without byte code each of the many processes of a command would compile its packages again: twice the time.
unexport PYTHONDONTWRITEBYTECODE

help: ## this list
	@grep -hE '^[A-Za-z0-9_-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(READY): requirements.txt pyproject.toml tools/setup.sh
	@PYTHON=$(PYTHON) tools/setup.sh

setup: $(READY) ## create .venv with everything pinned (the other commands do it by themselves)

run: $(READY) ## the whole service at work on this machine: no AWS account, no Docker
	@$(BIN)/python -m local.demo --deployment $(DEPLOYMENT) $(ARGS)

serve: $(READY) ## keep the local cloud and its console up, and print what to export
	@$(BIN)/python -m local.serve --deployment $(DEPLOYMENT) $(ARGS)

test: $(READY) ## every test
	@$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder $(ARGS)

quick: $(READY) ## the inner loop, under a minute: lint, and the unit and component tests
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/python -m pytest -n 2 -m 'not slow' tests/unit tests/component $(ARGS)

check: $(READY) ## lint, types, template rules, docstrings, the words of the documentation
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/python -m tools.docstrings
	@$(BIN)/python -m tools.prose
	@CDK_OUTDIR=build/template CDK_CONTEXT_JSON='{"deployment": "$(DEPLOYMENT)"}' $(BIN)/python app.py
	@$(BIN)/cfn-lint build/template/ContactTransfer-$(DEPLOYMENT).template.json

synth: $(READY) ## write the CloudFormation assembly of DEPLOYMENT to cdk.out/
	@$(BIN)/python -m tools.cdk synth --quiet -c deployment=$(DEPLOYMENT) $(ARGS)

bootstrap: $(READY) ## prepare the account and Region of DEPLOYMENT for the CDK, once (an administrator's task)
	@$(BIN)/python -m tools.cdk bootstrap -c deployment=$(DEPLOYMENT) $(ARGS)

deploy: $(READY) ## deploy DEPLOYMENT to the account that its instanceArns name
	@$(BIN)/python -m tools.cdk deploy -c deployment=$(DEPLOYMENT) $(ARGS)

diff: $(READY) ## show what a deployment of DEPLOYMENT would change
	@$(BIN)/python -m tools.cdk diff -c deployment=$(DEPLOYMENT) $(ARGS)

destroy: $(READY) ## delete the stack of DEPLOYMENT; its queues, table and keys stay
	@$(BIN)/python -m tools.cdk destroy -c deployment=$(DEPLOYMENT) $(ARGS)

MINUTES ?= 5
simulate: $(READY) ## the promises under simulated faults, for MINUTES=5; a failing seed is printed with its replay
	@$(BIN)/python -m tests.simulation run --minutes $(MINUTES) $(ARGS)

explore: $(READY) ## every order of calls and every single fault in small scopes; ARGS="--faults 2 --scope rivals" for more or less
	@$(BIN)/python -m tests.exploration run $(ARGS)

bench: $(READY) ## what is promised about speed and cost, measured on this machine
	@$(BIN)/python -m bench $(ARGS)

cost: $(READY) ## what DEPLOYMENT costs by list prices, idle and at a volume, beside other ways
	@$(BIN)/python -m transfers_cli.cost --deployment $(DEPLOYMENT) $(ARGS)

schemas: $(READY) ## write docs/schemas from the code
	@$(BIN)/python -m tools.schemas

lock: $(READY) ## pin and hash what the two requirements.in ask for
	@tools/lock.sh

clean: ## remove what the commands made
	rm -rf $(VENV) .tools cdk.out build

.PHONY: help setup run serve test quick check synth bootstrap deploy diff destroy simulate explore bench cost schemas lock clean
