PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-modules lint types format docs storm bench system system-test clean

run: .venv/ready  ## set up what is missing, then serve the site and its worker
	@$(BIN)/python manage.py start --port $(PORT)

test: .venv/ready-test  ## the whole suite on SQLite, then on PostgreSQL
	@$(BIN)/python tests/run_engines.py

test-modules: .venv/ready-test  ## the suite once without each module, and without those that need it
	@$(BIN)/python tests/run_engines.py --each-module-off -m "not browser"

lint: .venv/ready-test  ## style, imports and the clock ban
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-test  ## the type check of the kernel, the exchange, services and selectors
	$(BIN)/mypy

format: .venv/ready-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

storm: .venv/ready-test  ## the long form of the races
	$(BIN)/python tests/run_engines.py -m storm

bench: .venv/ready-test  ## work beside its yardstick on both engines; LEASES=100000 for the long form
	@$(BIN)/python benchmarks --leases $(or $(LEASES),10000)

docs: .venv/ready  ## the documentation as HTML in var/docs
	$(BIN)/python -m pip install --quiet --require-hashes -r docs/requirements.txt
	$(BIN)/sphinx-build -W -q docs var/docs

system:
	@sh .ci/system-packages run

system-test:
	@sh .ci/system-packages test

.venv/bin/python:
	@sh .ci/system-packages run
	$(PYTHON) -m venv .venv

.venv/ready: requirements.txt .venv/bin/python
	@sh .ci/system-packages run
	sh .ci/install requirements.txt
	@touch $@

.venv/ready-test: requirements-dev.txt .venv/bin/python
	@sh .ci/system-packages test
	sh .ci/install requirements-dev.txt
	@touch $@ .venv/ready

clean:
	rm -rf .venv var
