# The commands of a day's work: README's and CI's, each under a short name.
.PHONY: help setup check test slow demo

help: ## Say what there is.
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

setup: ## Make .venv, with warta and all that the tests need.
	python3 -m venv .venv
	.venv/bin/pip install -q -e '.[dev]'

check: ## Lint, check the format and the types; changes nothing.
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

test: ## Run the tests.
	.venv/bin/python -m pytest

slow: ## Run the suites of many crawls, and the reading room in Chromium where that is installed.
	.venv/bin/python -m pytest -m 'slow or browser'

demo: ## Show the whole job without a network: crawl made-up news into demo-data, search it.
	.venv/bin/warta demo
