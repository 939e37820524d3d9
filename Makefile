# Thin index of what can be done here; the work is cargo's and xtask's. Works with GNU make 3.81 (macOS).
# `make` alone lists the targets. CARGO_TARGET_DIR is respected.

CARGO ?= cargo
PORT ?= 8080
PREFIX ?= /usr/local
DESTDIR ?=
TARGET ?= request_head
SECONDS ?= 60
SEEDS ?= 50000
FIRST ?= 1
TARGET_DIR := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
XTASK := $(CARGO) run --quiet --package xtask --
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
UNAME := $(shell uname -s)
ifeq ($(UNAME),Darwin)
SHARED := libhttpapi.dylib
else
SHARED := libhttpapi.so
endif
# Of the C ABI: the number in the SONAME. It changes when a program that was linked to the library before
# could not start with it any more.
ABI := 0
LIBDIR ?= $(PREFIX)/lib
DOCDIR ?= $(PREFIX)/share/doc/httpsys
MANDIR ?= $(PREFIX)/share/man
# separate: beside the library, where debuggers look; keep: in the library; none: stripped.
DEBUG_INFO ?= separate
STRIP ?= strip
OBJCOPY ?= objcopy
# A build of httpsys-sim puts the simulation into all crates that are built with it: so it is built apart.
SHIPPED := --workspace --exclude httpsys-sim
# Port 0 is a free one, which the sample prints.
SHOWN_PORT := $(if $(filter 0,$(PORT)),PORT,$(PORT))

.DEFAULT_GOAL := help
SIM_DIR := $(TARGET_DIR)/sim
.PHONY: help setup build run test check clean install uninstall build-sim book test-ecosystem test-interop test-proxy test-tls \
	test-conformance-tls test-slow test-poll test-asan test-tsan fuzz-smoke fuzz fuzz-api sim sim-mutants \
	check-macos check-windows check-crates test-windows dll-windows test-dll test-aarch64 check-msrv probe probe-wine bench \
	bench-check pgo matrix rows win32 functions package package-deb-test package-install-test

##@ Start here

# A line `##@ NAME` begins a group.
help: ## list the targets
	@echo "httpsys $(VERSION)"
	@awk -F':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  %-21s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "Variables: PORT=$(PORT) (run), PREFIX=$(PREFIX) LIBDIR= DESTDIR= DEBUG_INFO= (install), CARGO_TARGET_DIR"

setup: ## say what is missing to build, test and check, and fetch the crates
	@need() { command -v "$$1" >/dev/null 2>&1 || { echo "missing: $$1 ($$2)"; missing=1; }; }; \
	want() { eval "$$1" >/dev/null 2>&1 || echo "optional: $$2"; }; \
	missing=0; \
	need $(CARGO) "Rust 1.85 or newer, see https://rustup.rs"; \
	need cc "a C compiler: gcc or clang; the C tests and the linker need it"; \
	want "command -v c++" "c++ (the headers are also tested from C++)"; \
	want "command -v curl" "curl (to try 'make run')"; \
	want "command -v nm" "nm, package binutils ('make check')"; \
	want "command -v python3" "python3 ('make bench')"; \
	want "$(CARGO) fmt --version" "rustfmt: rustup component add rustfmt ('make check')"; \
	want "$(CARGO) clippy --version" "clippy: rustup component add clippy ('make check')"; \
	want "command -v mdbook" "mdBook: cargo install mdbook --locked ('make book')"; \
	want "$(CARGO) nextest --version" "cargo-nextest ('make test' is faster with it)"; \
	if [ $$missing -ne 0 ]; then exit 1; fi
	$(CARGO) fetch --locked
	@echo "Ready: make run, make test, make check."

build: ## release build: libhttpapi, httpsysctl, the examples
	$(CARGO) build --release -p httpapi -p httpsys-examples
	$(CARGO) build --release -p httpsysctl
	$(CC) -O2 -fPIC -I crates/httpapi/include/runtime -c crates/httpapi/include/runtime/wmain.c -o "$(TARGET_DIR)/release/wmain.o"
	rm -f "$(TARGET_DIR)/release/libhttpsys-wmain.a"
	$(AR) rcs "$(TARGET_DIR)/release/libhttpsys-wmain.a" "$(TARGET_DIR)/release/wmain.o"
	CC="$(CC)" tools/shared.sh "$(TARGET_DIR)/release" $(VERSION) $(ABI)
	@echo "Built: $(TARGET_DIR)/release/$(SHARED), $(TARGET_DIR)/release/libhttpapi.a"
	@echo "Windows sources: tools/httpsys-cc app.c -o app"

run: ## serve the sample on 127.0.0.1:PORT (0: a free port)
	$(CARGO) build --release -p httpsys-examples --bin hello
	@echo "Once it listens (Ctrl-C ends it), try in another terminal:"
	@echo "  curl -i http://127.0.0.1:$(SHOWN_PORT)/"
	@echo "  curl -i -d 'some text' http://127.0.0.1:$(SHOWN_PORT)/echo"
	@echo "  curl -iN http://127.0.0.1:$(SHOWN_PORT)/stream"
	@echo "  curl -i http://127.0.0.1:$(SHOWN_PORT)/cancel    # the connection is reset"
	@exec "$(TARGET_DIR)/release/hello" --port $(PORT)

# The C tests link to the shared library in TARGET_DIR/debug, and only `cargo build` puts it there.
# A failure stops nothing: all tests run, doc tests too, and the exit code tells at the end.
test: ## all tests: Rust, C programs, doc tests
	$(CARGO) build -p httpapi
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		tests="$(CARGO) nextest run $(SHIPPED) --no-fail-fast"; \
	else \
		tests="$(CARGO) test $(SHIPPED) --no-fail-fast --lib --bins --tests --examples"; \
	fi; \
	status=0; \
	for run in "$$tests" "$(CARGO) test $(SHIPPED) --no-fail-fast --doc" "$(CARGO) test -p httpsys-sim --no-fail-fast" \
		"$(CARGO) test -p httpsys-socket -p httpsys-engine -p httpsys-sim-tests --features sim --lib --test random --test cached --no-fail-fast" \
		"$(CARGO) test -p httpsys-tests --features sim --no-fail-fast --lib --test conformance --test wire --test h2 --test win32_sim"; do \
		echo "$$run"; $$run || { status=$$?; echo "FAILED ($$status): $$run" >&2; }; \
	done; \
	exit $$status

check: ## everything CI checks besides tests: format, lints, docs, links, generated pages, symbols
	$(CARGO) fmt --all -- --check
	$(CARGO) clippy $(SHIPPED) --all-targets -- -D warnings
	$(CARGO) clippy -p httpsys-sim -p httpsys-sim-tests --features httpsys-sim-tests/sim --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --workspace
	$(XTASK) deps
	$(XTASK) imports
	$(XTASK) tidy
	$(XTASK) matrix --check
	$(XTASK) rows --check
	$(XTASK) win32 --check
	$(XTASK) functions --check
	$(XTASK) links
	$(CARGO) build --release -p httpapi
	$(XTASK) symbols

clean: ## remove what was built
	$(CARGO) clean

# RUSTFLAGS are those of `make build`, and the profile; without llvm-profdata it is `make build`, and one line says so.
pgo: ## as build, guided by a profile of the benchmarks (needs python3, and rustup's llvm-tools)
	mkdir -p "$(TARGET_DIR)/pgo"
	if benches/pgo.py "$(TARGET_DIR)/pgo/httpsys.profdata"; then \
		$(MAKE) build RUSTFLAGS="$(strip $(RUSTFLAGS) -Cprofile-use=$(abspath $(TARGET_DIR))/pgo/httpsys.profdata)"; \
	else status=$$?; [ $$status -eq 3 ] && $(MAKE) build; fi

##@ Use it

# Builds nothing, so that `sudo make install` runs no compiler.
INSTALL = DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" DOCDIR="$(DOCDIR)" MANDIR="$(MANDIR)" \
	VERSION="$(VERSION)" ABI="$(ABI)" FOLDER="$(TARGET_DIR)/release" DEBUG_INFO="$(DEBUG_INFO)" \
	STRIP="$(STRIP)" OBJCOPY="$(OBJCOPY)" tools/install.sh

install: ## copy library, headers, tools, manual pages and documents below PREFIX (after make build)
	@$(INSTALL) install

uninstall: ## remove what make install put there, and nothing else (same variables)
	@$(INSTALL) uninstall

build-sim: ## libhttpapi with the simulation, for tests in C: tools/httpsys-cc --sim
	$(CARGO) build -p httpapi --features sim --target-dir "$(SIM_DIR)"
	@echo "Built: $(SIM_DIR)/debug/$(SHARED), $(SIM_DIR)/debug/libhttpapi.a"
	@echo "Tests: tools/httpsys-cc --sim test.c -o test"

book: ## build the documents as a book in target/book (needs mdbook)
	@command -v mdbook >/dev/null 2>&1 || { echo "needs mdBook: cargo install mdbook --locked"; exit 1; }
	rm -rf "$(TARGET_DIR)/book-src"
	$(XTASK) book "$(abspath $(TARGET_DIR))/book-src"
	mdbook build "$(TARGET_DIR)/book-src" --dest-dir "$(abspath $(TARGET_DIR))/book"
	@echo "Built: $(TARGET_DIR)/book/index.html"

##@ More tests

test-interop: ## other clients against the samples: curl, Python, Node, Chromium, wrk (installs what it can)
	tests/interop/setup.sh
	HTTPSYS_INTEROP_REQUIRED=1 $(CARGO) test -p httpsys-tests --test interop

test-proxy: ## two servers behind haproxy and nginx, restarted in turn under load: no request fails
	HTTPSYS_TEST_PROXY=1 $(CARGO) test -p httpsys-tests --test proxy -- --nocapture

test-tls: test-conformance-tls ## HTTPS: conformance, clients of others, testssl.sh, sslyze (installs what it can)
	tests/interop/setup.sh
	HTTPSYS_TLS_SCAN=1 $(CARGO) test -p httpsys-tests --test interop https -- --nocapture

# The names that are not over TLS are in tests/src/clear.rs, with their reasons.
test-conformance-tls: ## the conformance tests over TLS
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		tests="$(CARGO) nextest run"; else tests="$(CARGO) test"; fi; \
	echo "HTTPSYS_TEST_TLS=1 $$tests -p httpsys-tests --test conformance"; \
	HTTPSYS_TEST_TLS=1 $$tests -p httpsys-tests --test conformance

# With a folder that more tests of the crate are in, its dependencies are not built again.
ECOSYSTEM := headers,tower,stream,tokio,futures-io,tracing
# None, each alone, and those that share code.
FEATURES := "" headers http tower stream tokio futures-io tracing http,tokio http,futures-io tower,tracing
test-ecosystem: ## the crate's features for http, tower, tokio and futures; the examples notes and axum
	$(CARGO) clippy -p httpsys --features $(ECOSYSTEM) --all-targets -- -D warnings
	for features in $(FEATURES); do \
		$(CARGO) clippy --quiet -p httpsys --features "$$features" -- -D warnings || exit 1; \
	done
	$(CARGO) test -p httpsys --features $(ECOSYSTEM) --lib --test ecosystem
	$(CARGO) test -p httpsys --features $(ECOSYSTEM) --doc -- src/http src/tower src/requests src/typed_header
	$(CARGO) clippy -p httpsys-sim-tests --features ecosystem --test ecosystem -- -D warnings
	$(CARGO) test -p httpsys-sim-tests --features ecosystem --test ecosystem
	cd examples/notes && CARGO_TARGET_DIR="$(abspath $(TARGET_DIR))" $(CARGO) test --locked
	cd examples/axum && CARGO_TARGET_DIR="$(abspath $(TARGET_DIR))" $(CARGO) test --locked

test-slow: ## 10,000 slow clients, 19,000 silent ones
	HTTPSYS_SLOW_CLIENTS=10000 HTTPSYS_IDLE_CLIENTS=19000 $(CARGO) test -p httpsys-tests --test slow -- --nocapture --test-threads 1

test-poll: ## what moves bytes, on poll(2) instead of epoll or kqueue
	tools/platforms/test-poll.sh

test-asan: ## under AddressSanitizer (nightly)
	tests/sanitizers.sh address

test-tsan: ## under ThreadSanitizer (nightly)
	tests/sanitizers.sh thread

##@ Random tests

fuzz-smoke: ## every fuzz target for a few seconds
	fuzz/run.sh smoke

fuzz: ## one fuzz target: TARGET=request_head SECONDS=60
	fuzz/run.sh $(TARGET) $(SECONDS)

fuzz-api: ## random calls of the C ABI under random clients: SECONDS=3600
	HTTPSYS_FUZZ_SEED=$${HTTPSYS_FUZZ_SEED:-$$(date +%s)} HTTPSYS_FUZZ_SECONDS=$${HTTPSYS_FUZZ_SECONDS:-$(SECONDS)} \
		$(CARGO) test --release -p httpsys-tests --test fuzz_api -- --nocapture

sim: ## random programs in the simulation: SEEDS=50000 FIRST=1
	CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR="$(SIM_DIR)" \
		HTTPSYS_SEED=$(FIRST) HTTPSYS_SEEDS=$(SEEDS) $(CARGO) test --release -p httpsys-sim-tests --features sim \
		--test random --test cached -- --nocapture

sim-mutants: ## plant faults in a copy of the tree; the random programs must find each
	tests/sim/mutants.sh

##@ Other platforms

# Each says in its head what it needs and what it skips; caches are below ~/.cache/httpsys.
check-macos: ## macOS, arm64 and x86_64: clippy, link, a C program; runs nothing
	tools/platforms/check-macos.sh

check-windows: ## Windows, GNU and MSVC: clippy; links for GNU
	tools/platforms/check-windows.sh

test-windows: ## the tests of the Rust crates, under Wine or on Windows itself
	tools/platforms/test-windows.sh

dll-windows: ## httpsys_httpapi.dll and its import library for mingw
	tools/platforms/dll-windows.sh

test-dll: ## C programs of mingw and the conformance tests on that DLL, under Wine
	tools/platforms/test-dll.sh

test-aarch64: ## 64-bit Arm Linux under qemu-user, C programs included
	tools/platforms/test-aarch64.sh

check-crates: ## licences and advisories of the crates used, compatibility with the last tag
	tools/check-crates.sh

check-msrv: ## everything public builds with the oldest supported Rust
	tools/platforms/check-msrv.sh

probe: ## measure our answers to the open questions about HTTP.sys; on Windows, compare with HTTP.sys
	$(CARGO) run --quiet -p httpsys-tests --bin httpsys-probe

probe-wine: ## the same program for Windows under Wine, to see that it starts
	tools/platforms/probe-wine.sh

##@ Measurements

bench: build ## measure against other servers; the method is in benches/
	python3 benches/run.py

bench-check: ## instruction counts against benches/limits.tsv (needs valgrind)
	python3 benches/micro.py --check

##@ Generated pages

matrix: ## docs/COMPATIBILITY.md
	$(XTASK) matrix

rows: ## docs/ROWS.md and the counts of README.md
	$(XTASK) rows

win32: ## docs/WIN32.md and the marks of tools/windows-names
	$(XTASK) win32

functions: ## docs/functions, a page for each C function
	$(XTASK) functions

##@ Packages

package: ## the public crates as cargo would publish them, checked
	packaging/crates.sh

package-deb-test: ## build the Debian packages, install them into a scratch root, use them
	packaging/deb-test.sh

package-install-test: ## make install into scratch prefixes, build programs by its recipes, make uninstall
	packaging/install-test.sh
