# Thin index of what can be done here; the work is cargo's and xtask's. Works with GNU make 3.81 (macOS).
# `make` alone lists the targets. CARGO_TARGET_DIR is respected.

CARGO ?= cargo
PORT ?= 8080
PREFIX ?= /usr/local
DESTDIR ?=
TARGET_DIR := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
XTASK := $(CARGO) run --quiet --package xtask --
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
UNAME := $(shell uname -s)
ifeq ($(UNAME),Darwin)
SHARED := libhttpapi.dylib
PRIVATE_LIBS := -lpthread -lm
else
SHARED := libhttpapi.so
PRIVATE_LIBS := -lpthread -ldl -lm
endif

.DEFAULT_GOAL := help
.PHONY: help setup build run test check bench matrix rows install clean

help: ## list the targets
	@echo "httpsys $(VERSION). Targets:"
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' Makefile
	@echo "Variables: PORT=$(PORT) (run), PREFIX=$(PREFIX) DESTDIR= (install), CARGO_TARGET_DIR"

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
	@echo "Built: $(TARGET_DIR)/release/$(SHARED), $(TARGET_DIR)/release/libhttpapi.a"

run: ## serve the sample on 127.0.0.1:PORT
	$(CARGO) build --release -p httpsys-examples --bin hello
	@echo "Serving on http://127.0.0.1:$(PORT)/ (Ctrl-C ends it). Try in another terminal:"
	@echo "  curl -i http://127.0.0.1:$(PORT)/"
	@echo "  curl -i -d 'some text' http://127.0.0.1:$(PORT)/echo"
	@echo "  curl -iN http://127.0.0.1:$(PORT)/stream"
	@echo "  curl -i http://127.0.0.1:$(PORT)/cancel    # the connection is reset"
	@exec "$(TARGET_DIR)/release/hello" --port $(PORT)

# The C tests link to the shared library in TARGET_DIR/debug, and only `cargo build` puts it there.
test: ## all tests: Rust, C programs, doc tests
	$(CARGO) build -p httpapi
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		echo "$(CARGO) nextest run --workspace"; $(CARGO) nextest run --workspace; \
	else \
		echo "$(CARGO) test --workspace --lib --bins --tests --examples"; $(CARGO) test --workspace --lib --bins --tests --examples; \
	fi
	$(CARGO) test --doc --workspace

check: ## everything CI checks besides tests: format, lints, docs, xtask, exported symbols
	$(CARGO) fmt --all -- --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --workspace
	$(XTASK) deps
	$(XTASK) tidy
	$(XTASK) matrix --check
	$(XTASK) rows --check
	$(CARGO) build --release -p httpapi
	$(XTASK) symbols

bench: build ## measure; the method is in benches/
	python3 benches/run.py

matrix: ## write docs/COMPATIBILITY.md anew
	$(XTASK) matrix

rows: ## write docs/ROWS.md anew
	$(XTASK) rows

# Builds nothing, so that `sudo make install` runs no compiler. The headers go into a folder of their
# own; windows.h and its relatives one deeper, since a program may bring others.
install: ## copy headers, libraries and httpapi.pc below PREFIX (after make build)
	@test -f "$(TARGET_DIR)/release/$(SHARED)" || { echo "Run 'make build' first."; exit 1; }
	@test -f crates/httpapi/include/http.h || { echo "crates/httpapi/include/http.h is missing."; exit 1; }
	mkdir -p "$(DESTDIR)$(PREFIX)/include/httpsys" "$(DESTDIR)$(PREFIX)/lib/pkgconfig"
	cp -R crates/httpapi/include/. "$(DESTDIR)$(PREFIX)/include/httpsys/"
	cp "$(TARGET_DIR)/release/$(SHARED)" "$(TARGET_DIR)/release/libhttpapi.a" "$(DESTDIR)$(PREFIX)/lib/"
ifeq ($(UNAME),Darwin)
	install_name_tool -id "$(PREFIX)/lib/$(SHARED)" "$(DESTDIR)$(PREFIX)/lib/$(SHARED)"
endif
	@{ \
		echo 'prefix=$(PREFIX)'; \
		echo 'libdir=$${prefix}/lib'; \
		echo 'includedir=$${prefix}/include/httpsys'; \
		echo 'win32includedir=$${includedir}/win32'; \
		echo; \
		echo 'Name: httpapi'; \
		echo 'Description: The Windows HTTP Server API (http.h) in user space'; \
		echo 'Version: $(VERSION)'; \
		echo 'Cflags: -I$${includedir}'; \
		echo 'Libs: -L$${libdir} -lhttpapi'; \
		echo 'Libs.private: $(PRIVATE_LIBS)'; \
	} > "$(DESTDIR)$(PREFIX)/lib/pkgconfig/httpapi.pc"
	@echo "Installed below $(DESTDIR)$(PREFIX): cc app.c \$$(pkg-config --cflags --libs httpapi)"

clean: ## remove what was built
	$(CARGO) clean
