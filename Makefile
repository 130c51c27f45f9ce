# SPDX-License-Identifier: GPL-3.0-or-later
# The two commands a new machine needs: `make demo` (the main job) and `make test` (all tests).

SWIFT ?= swift
PREFIX ?= /usr/local
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
COMMAND := .build/release/saddlepoint

.PHONY: demo test test-slow build deps lint format bench consumer-test check check-slow notebooks-exports notebooks guides install uninstall clean

## The p = 3 phase diagram: diagram.svg, diagram.png and diagram.csv in this folder.
demo: build
	$(COMMAND) diagram spiked-matrix-tensor --p 3 -o diagram.svg -o diagram.png -o diagram.csv
	@echo "Open diagram.svg; the numbers are in diagram.csv. Next: $(COMMAND) models"

## All tests, in an optimised build.
test: deps lint
	$(SWIFT) test -c release

## The same with the tests that take minutes: late times, large sizes.
test-slow: deps lint
	SADDLEPOINT_SLOW_TESTS=1 $(SWIFT) test -c release

build: deps
	$(SWIFT) build -c release --product saddlepoint

## Installs what is missing: GSL with its headers, pkg-config, gnuplot.
deps:
	@missing=""; \
	command -v $(SWIFT) >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install"; exit 1; }; \
	command -v pkg-config >/dev/null || missing="pkg-config"; \
	pkg-config --exists gsl 2>/dev/null || missing="$$missing gsl"; \
	command -v gnuplot >/dev/null || missing="$$missing gnuplot"; \
	[ -z "$$missing" ] && exit 0; \
	echo "Installing:$$missing"; \
	if command -v apt-get >/dev/null; then \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq pkg-config libgsl-dev gnuplot-nox; \
	elif command -v brew >/dev/null; then brew install pkg-config gsl gnuplot; \
	else echo "Install pkg-config, GSL (with headers) and gnuplot by your package manager"; exit 1; fi

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

## Times and ratios, with the SciPy peer beside them where python3 has SciPy.
bench: build
	$(SWIFT) run -c release Benchmarks

## A package outside the repository, built on the library (minutes).
consumer-test: deps
	Tests/Consumer/run.sh

check: build
	$(COMMAND) check

## The same with simulations, under a minute more.
check-slow: build
	$(COMMAND) check --slow

## Data, figures and notebooks of the exports folder, made anew.
notebooks-exports: build
	for figure in $$($(COMMAND) reproduce --list | awk '{print $$1}'); do \
	  mkdir -p notebooks-exports/$$figure && (cd notebooks-exports/$$figure && ../../$(COMMAND) reproduce $$figure --quiet) || exit 1; \
	done

## The same, with the notebooks executed (needs python3; installs its packages into .venv).
notebooks: notebooks-exports
	[ -d .venv ] || python3 -m venv .venv
	.venv/bin/pip install -q nbclient ipykernel matplotlib nbformat
	for notebook in notebooks-exports/*/*.ipynb; do \
	  MPLBACKEND=module://matplotlib_inline.backend_inline .venv/bin/python notebooks-exports/execute.py $$notebook || exit 1; \
	done

## The tables of the guides, from the declarations.
guides: build
	for guide in Sources/Saddlepoint/Saddlepoint.docc/Models/*.md; do \
	  $(COMMAND) models $$(basename $$guide .md) --guide $$guide || exit 1; \
	done

install: build
	$(SUDO) install -d $(DESTDIR)$(PREFIX)/bin
	$(SUDO) install $(COMMAND) $(DESTDIR)$(PREFIX)/bin/saddlepoint
	$(SUDO) install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(COMMAND) --generate-completion-script bash | $(SUDO) tee $(DESTDIR)$(PREFIX)/share/bash-completion/completions/saddlepoint >/dev/null
	$(COMMAND) --generate-completion-script zsh | $(SUDO) tee $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_saddlepoint >/dev/null
	$(COMMAND) --generate-completion-script fish | $(SUDO) tee $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/saddlepoint.fish >/dev/null

uninstall:
	$(SUDO) rm -f $(DESTDIR)$(PREFIX)/bin/saddlepoint $(DESTDIR)$(PREFIX)/share/bash-completion/completions/saddlepoint $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_saddlepoint $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/saddlepoint.fish

clean:
	rm -rf .build
