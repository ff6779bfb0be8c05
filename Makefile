# The front door. `make demo` and `make test` do all the set-up on a fresh machine with Python 3.11+, make, git.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
JOBS ?= 2
DEMO ?= demo-case

.PHONY: help demo demo-browser test lint format bench soak docs system-packages clean

help:
	@echo "make demo    install what it needs, run the whole main job on a practice site"
	@echo "make test    install what the tests need (Chromium included), run them all"
	@echo "make lint    formatting, lint, types, direction of imports, generated docs"
	@echo "make bench   ratios against named peers, measured in this run"
	@echo "make soak    the sizes that do not fit a test run"
	@echo "make docs    write docs/commands.md from the code"

$(VENV)/ready: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/ready-dev: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

# An outside judge with a licence of its own: kept out of our environment.
.venv-wacz/ready:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv .venv-wacz
	.venv-wacz/bin/python -m pip install --quiet --disable-pip-version-check wacz
	touch $@

# A replay tool, under the GPL: the tests open our archives in it.
.venv-pywb/ready:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv .venv-pywb
	.venv-pywb/bin/python -m pip install --quiet --disable-pip-version-check pywb 'setuptools<81' 'legacy-cgi; python_version >= "3.13"'
	touch $@

# Other readers of chats, with pandas and much more: measured beside ours.
.venv-peers/ready:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check chat-miner whatstk
	touch $@

# Programs for another system, never run: their signatures carry time stamps of public authorities.
.vectors/ready: tests/vectors.txt $(VENV)/ready-dev
	rm -rf .vectors
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--platform win_amd64 --python-version 3.11 --require-hashes --dest .vectors -r tests/vectors.txt
	touch $@

# Another way to drive a browser, 165 MB: measured beside ours.
.venv-playwright/ready:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv .venv-playwright
	.venv-playwright/bin/python -m pip install --quiet --disable-pip-version-check playwright
	touch $@

# Captures look as they do for a person where there is a browser. Where none can be had the demo goes on without.
demo-browser: $(VENV)/ready
	@if ! $(BIN)/python -c 'import sys; from abusekit.browser.process.executable import find; sys.exit(find() is None)'; then \
		sudo=; [ "$$(id -u)" = 0 ] || { [ -t 0 ] && sudo=sudo || sudo='sudo -n'; }; \
		if command -v apt-get >/dev/null; then echo "installing chromium"; \
			{ $$sudo apt-get update -qq; \
			$$sudo apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null && \
			$$sudo apt-get install -y -qq --no-install-recommends chromium-sandbox >/dev/null; } || true; fi; \
		command -v chromium >/dev/null || echo "no browser: the demo goes on without pictures of the pages"; fi

demo: $(VENV)/ready demo-browser
	rm -rf $(DEMO)
	$(BIN)/abusekit demo $(DEMO)

# Programs that the tests use as outside judges; a missing one fails the tests, it never skips them.
NEEDED := ssh-keygen openssl sha256sum setpriv strace wget chromium chromium-headless-shell nginx certutil Xvfb xdotool tesseract
PACKAGES := openssh-client openssl coreutils util-linux strace wget chromium chromium-headless-shell nginx-light libnss3-tools xvfb xdotool tesseract-ocr
system-packages:
	@export PATH="$$PATH:/usr/sbin:/sbin"; missing=; for p in $(NEEDED); do command -v $$p >/dev/null || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing, for:$$missing"; \
		if ! command -v apt-get >/dev/null; then echo "install these programs first:$$missing"; exit 1; fi; \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		$$sudo apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; fi

test: $(VENV)/ready-dev .venv-wacz/ready .venv-pywb/ready .vectors/ready system-packages
	$(BIN)/python -m pytest -n $(JOBS)

lint: $(VENV)/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m abusekit.cli.docs --check

format: $(VENV)/ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/ready-dev
	$(BIN)/python -m abusekit.cli.docs

bench: $(VENV)/ready-dev .venv-playwright/ready .venv-peers/ready system-packages
	$(BIN)/python -m benchmarks

soak: $(VENV)/ready-dev .venv-playwright/ready .venv-peers/ready system-packages
	$(BIN)/python -m benchmarks --soak

clean:
	rm -rf $(VENV) .venv-wacz .venv-pywb .venv-playwright .venv-peers .vectors $(DEMO) .mypy_cache .ruff_cache .import_linter_cache bench-data
