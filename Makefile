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
.PHONY: help setup build build-sim run test test-interop test-slow test-asan test-tsan fuzz fuzz-smoke fuzz-api sim sim-mutants check \
	bench bench-check matrix rows win32 install uninstall clean check-macos check-windows test-windows dll-windows test-dll \
	test-aarch64 test-poll check-msrv probe probe-wine package package-deb-test package-install-test

help: ## list the targets
	@echo "httpsys $(VERSION). Targets:"
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile
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
	want "$(CARGO) nextest --version" "cargo-nextest ('make test' is faster with it)"; \
	if [ $$missing -ne 0 ]; then exit 1; fi
	$(CARGO) fetch --locked
	@echo "Ready: make run, make test, make check."

build: ## release build of libhttpapi (.so/.dylib and .a) and of the examples
	$(CARGO) build --release -p httpapi -p httpsys-examples
	$(CC) -O2 -fPIC -I crates/httpapi/include/runtime -c crates/httpapi/include/runtime/wmain.c -o "$(TARGET_DIR)/release/wmain.o"
	rm -f "$(TARGET_DIR)/release/libhttpsys-wmain.a"
	$(AR) rcs "$(TARGET_DIR)/release/libhttpsys-wmain.a" "$(TARGET_DIR)/release/wmain.o"
	CC="$(CC)" tools/shared.sh "$(TARGET_DIR)/release" $(VERSION) $(ABI)
	@echo "Built: $(TARGET_DIR)/release/$(SHARED), $(TARGET_DIR)/release/libhttpapi.a"
	@echo "Windows sources: tools/httpsys-cc app.c -o app"

build-sim: ## libhttpapi with the simulation of httpsys_sim.h, for tests of programs in C: tools/httpsys-cc --sim
	$(CARGO) build -p httpapi --features sim --target-dir "$(SIM_DIR)"
	@echo "Built: $(SIM_DIR)/debug/$(SHARED), $(SIM_DIR)/debug/libhttpapi.a"
	@echo "Tests: tools/httpsys-cc --sim test.c -o test"

run: ## serve the sample on 127.0.0.1:PORT
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
		"$(CARGO) test -p httpsys-socket -p httpsys-engine -p httpsys-sim-tests --features sim --lib --test random --no-fail-fast" \
		"$(CARGO) test -p httpsys-tests --features sim --test win32_sim"; do \
		echo "$$run"; $$run || { status=$$?; echo "FAILED ($$status): $$run" >&2; }; \
	done; \
	exit $$status

test-interop: ## curl, Python, Node, Chromium and wrk against the samples; installs what it can
	tests/interop/setup.sh
	HTTPSYS_INTEROP_REQUIRED=1 $(CARGO) test -p httpsys-tests --test interop

test-slow: ## 10,000 slow clients, 19,000 silent ones
	HTTPSYS_SLOW_CLIENTS=10000 HTTPSYS_IDLE_CLIENTS=19000 $(CARGO) test -p httpsys-tests --test slow -- --nocapture --test-threads 1

fuzz-smoke: ## every fuzz target for some seconds, from its seeds
	fuzz/run.sh smoke

fuzz: ## one fuzz target: make fuzz TARGET=request_head SECONDS=60
	fuzz/run.sh $(TARGET) $(SECONDS)

fuzz-api: ## random calls of the C ABI from many threads, under random clients: make fuzz-api SECONDS=3600
	HTTPSYS_FUZZ_SEED=$${HTTPSYS_FUZZ_SEED:-$$(date +%s)} HTTPSYS_FUZZ_SECONDS=$${HTTPSYS_FUZZ_SECONDS:-$(SECONDS)} \
		$(CARGO) test --release -p httpsys-tests --test fuzz_api -- --nocapture

sim: ## random programs in the simulation: make sim SEEDS=50000 FIRST=1
	CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR="$(SIM_DIR)" \
		HTTPSYS_SEED=$(FIRST) HTTPSYS_SEEDS=$(SEEDS) $(CARGO) test --release -p httpsys-sim-tests --features sim \
		--test random -- --nocapture

sim-mutants: ## plants faults in a copy of the tree: the random programs must find each
	tests/sim/mutants.sh

check: ## everything CI checks besides tests: format, lints, docs, xtask, exported symbols
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
	$(CARGO) build --release -p httpapi
	$(XTASK) symbols

test-asan: ## engine, Win32 subset, C ABI, stress test and fuzz-api under AddressSanitizer (nightly)
	tests/sanitizers.sh address

test-tsan: ## the same under ThreadSanitizer
	tests/sanitizers.sh thread

# Each says in its head what it needs and what it skips; caches are below ~/.cache/httpsys.
check-macos: ## macOS, arm64 and x86_64, from any machine: clippy, link, a C program; runs nothing
	tools/platforms/check-macos.sh

check-windows: ## Windows, GNU and MSVC, from any machine: clippy; links for GNU
	tools/platforms/check-windows.sh

test-windows: ## the Rust crates' tests for Windows, under Wine or on Windows itself
	tools/platforms/test-windows.sh

dll-windows: ## the C ABI for Windows: httpsys_httpapi.dll and its import library for mingw
	tools/platforms/dll-windows.sh

test-dll: ## C programs of mingw and the conformance tests on httpsys_httpapi.dll, under Wine
	tools/platforms/test-dll.sh

test-aarch64: ## the suite for 64-bit Arm Linux under qemu-user, C programs included
	tools/platforms/test-aarch64.sh

test-poll: ## the tests that move bytes, on poll(2) instead of epoll or kqueue
	tools/platforms/test-poll.sh

check-msrv: ## everything public builds with the oldest Rust that Cargo.toml names
	tools/platforms/check-msrv.sh

probe: ## what nobody knows about HTTP.sys, measured on ours: a table; on Windows compared with its own
	$(CARGO) run --quiet -p httpsys-tests --bin httpsys-probe

probe-wine: ## the same program for Windows, started under Wine: shows that it starts, no more
	tools/platforms/probe-wine.sh

package: ## the public crates as cargo would publish them, checked
	packaging/crates.sh

package-deb-test: ## build the Debian package, install it into a scratch root, use it from a C program
	packaging/deb-test.sh

bench: build ## measure; the method is in benches/
	python3 benches/run.py

bench-check: ## instruction counts against benches/limits.tsv (needs valgrind)
	python3 benches/micro.py --check

matrix: ## write docs/COMPATIBILITY.md anew
	$(XTASK) matrix

rows: ## write docs/ROWS.md anew
	$(XTASK) rows

win32: ## write docs/WIN32.md and the marks of tools/windows-names anew
	$(XTASK) win32

# Builds nothing, so that `sudo make install` runs no compiler.
INSTALL = DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" DOCDIR="$(DOCDIR)" MANDIR="$(MANDIR)" \
	VERSION="$(VERSION)" ABI="$(ABI)" FOLDER="$(TARGET_DIR)/release" DEBUG_INFO="$(DEBUG_INFO)" \
	STRIP="$(STRIP)" OBJCOPY="$(OBJCOPY)" tools/install.sh

install: ## copy libraries, headers, httpsys-cc, pkg-config and CMake files, docs below PREFIX (after make build)
	@$(INSTALL) install

uninstall: ## remove what make install put there, nothing else (same variables)
	@$(INSTALL) uninstall

package-install-test: ## make install into scratch prefixes, programs built by its recipes, make uninstall
	packaging/install-test.sh

clean: ## remove what was built
	$(CARGO) clean
