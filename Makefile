# `make` alone lists what there is.

.DEFAULT_GOAL := help
.PHONY: help run test check bench sqlx fuzz deny clean-dev \
	setup-run setup-test fmt clippy doc shell packages test-rust test-browser
# Stages follow one another; each uses all cores by itself.
.NOTPARALLEL:

# Where scripts/setup puts a Node.js if the machine's is missing or too old.
export PATH := $(CURDIR)/target/tools/bin:$(PATH)

# Continuous integration builds what was committed: it neither renews Cargo.lock nor keeps what only a second build uses.
ifneq ($(CI),)
locked := --locked
export CARGO_INCREMENTAL := 0
endif

# Wherever CARGO_TARGET_DIR or Cargo's configuration puts it.
target_directory = $(shell cargo metadata --format-version 1 --no-deps | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')

stage = @printf '\n%s ==> %s\n' "$$(date +%H:%M:%S)"

help: ## List this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: setup-run ## Build and start `signet dev`; its arguments by ARGS='--reset'
	@exec cargo run $(locked) -- dev $(ARGS)

test: setup-test fmt shell clippy doc packages test-rust test-browser ## Run every check, from formatting to browsers
	$(stage) 'all checks passed'

check: fmt clippy ## Run the quick checks: formatting, and clippy, which finds what `cargo check` finds

bench: setup-run ## Measure what is promised about speed
	cargo bench $(locked) --bench load

sqlx: setup-run ## Renew .sqlx, by which queries are checked without a database; after a change of SQL or migrations
	scripts/with-postgres scripts/renew-sqlx

# libFuzzer needs compiler flags that are unstable; RUSTC_BOOTSTRAP permits them to the stable compiler, so that no
# nightly one is needed.
fuzz: ## Run each fuzz target for SECONDS (60), or the ones in FUZZ='a b'; takes cargo-fuzz
	@cargo fuzz --version >/dev/null 2>&1 || { echo 'cargo-fuzz is missing: cargo install cargo-fuzz' >&2; exit 1; }
	@set -e; for target in $(or $(FUZZ),$$(cargo fuzz list)); do \
		printf '\n%s ==> fuzz %s\n' "$$(date +%H:%M:%S)" "$$target"; \
		RUSTC_BOOTSTRAP=1 cargo fuzz run "$$target" -- -max_total_time=$(or $(SECONDS),60); \
	done

deny: ## Check the licences, advisories and origins of dependencies; takes cargo-deny
	@cargo deny --version >/dev/null 2>&1 || { echo 'cargo-deny is missing: cargo install cargo-deny' >&2; exit 1; }
	cargo deny check

clean-dev: ## Remove what `make run` keeps: its database, keys and demo users
	rm -rf .signet

# The stages.

setup-run:
	@scripts/setup run

setup-test:
	$(stage) 'what the checks need'
	@scripts/setup test

fmt:
	$(stage) 'formatting'
	@cargo fmt --check

shell:
	$(stage) 'shell scripts'
	@shellcheck .ci/run $$(grep -lE '^#!.*(ba)?sh$$' scripts/*)

clippy:
	$(stage) 'clippy'
	@cargo clippy $(locked) --all-targets -- -D warnings

doc:
	$(stage) 'documentation'
	@RUSTDOCFLAGS='-D warnings' cargo doc $(locked) --no-deps

packages:
	$(stage) 'packages of the tests'
	@scripts/test-packages

test-rust: packages
	$(stage) 'unit and integration tests'
	@PYTHON_BIN='$(CURDIR)/target/venv/bin/python' scripts/with-postgres cargo test $(locked)

# Against the binary that Cargo built for the integration tests, so that nothing is built once more with other features.
test-browser: packages
	$(stage) 'browser tests'
	@cargo test $(locked) --no-run && cd tests/browser && \
		SIGNET_BIN='$(target_directory)/debug/signet' CHROMIUM_BIN="$$(../../scripts/find-chromium)" node --test
