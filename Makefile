# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
.DEFAULT_GOAL := help
# For make oracle: how many cases; for it and make chaos: which ones (0: others in each run).
N ?= 300
SEED ?= 0
.PHONY: help demo test test-full test-fast chaos bench oracle lab-up lab-down setup docs build clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## a PBX, a provider, a stranger: deploy a trunk and see that it works
	@LAB_IMAGES="$${LAB_PBX:-pbx} sip" scripts/setup
	@scripts/with-env scripts/demo

test: setup ## everything: lint, sanity, unit, property, oracle, faults and Molecule tests
	@scripts/with-env python3 scripts/test.py

test-full: setup ## the same with what takes long: Asterisk from source, outages of 15 minutes
	@scripts/with-env python3 scripts/test.py --full

test-fast: ## the inner loop: lint of roles and playbooks, types, unit and property tests
	@scripts/setup --quiet tools
	@scripts/with-env python3 scripts/test.py --fast

chaos: setup ## 300 changes at random on one PBX with calls up: make chaos [SEED=...] [LAB_DRIVER=pjsip] [LAB_PBX=asterisk22]
	@scripts/with-env scripts/build
	@PYTHONPATH=tests scripts/with-env python3 -m chaos.run --driver $${LAB_DRIVER:-chan_sip} \
		--image $${LAB_PBX:-asterisk16} $(if $(filter-out 0,$(SEED)),--seed $(SEED))

bench: setup ## time our engine, beside a real Asterisk
	@set -e; for benchmark in bench/*.py; do scripts/with-env python3 "$$benchmark"; done

oracle: setup ## our reading against real daemons: make oracle N=10000 [SEED=...]
	@scripts/tree
	@cd .cache/tree/ansible_collections/telephony/asterisk && \
		ORACLE_N=$(N) ORACLE_SEED=$(SEED) $(CURDIR)/scripts/with-env pytest -s tests/oracle

lab-up: ## start the lab, deploy the trunk, and keep it to play with
	@LAB_IMAGES="$${LAB_PBX:-pbx} sip" scripts/setup
	@scripts/with-env scripts/demo --keep

lab-down: setup ## remove the lab's containers and network
	@scripts/lab down

setup: ## install what is needed: packages, tools, images
	@scripts/setup

docs: ## write the pages of the linter's rules anew
	@python3 scripts/rule_pages.py

build: ## build the collection's tarball into .cache/build
	@scripts/with-env scripts/build

clean: ## remove the lab and everything that was made here
	@scripts/lab down
	@rm -rf .cache .venv
