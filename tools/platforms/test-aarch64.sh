#!/usr/bin/env bash
# The whole suite for 64-bit Arm Linux, C programs included, run by qemu-user.
# Needs: rustup's aarch64-unknown-linux-gnu or Debian's rust-web packages; gcc, g++ and qemu-user
# from apt. On an Arm machine `make test` is the same.
# Of tests/win32 and tests/sdk the sources are compiled, not run. HTTPSYS_POLL=1: on poll(2) instead of epoll.
# Skips: clang, valgrind and sanitizers (of another machine); browsers and other clients; slow clients
# and throughput, stress, which an emulator does not measure; the differential and the random tests, which
# only compute. HTTPSYS_SHORT=1: conformance, the C library, the C programs, and the
# simulation.
#
# The system need not know how to start programs of another machine: the linker's wrapper leaves a
# script in the place of each program, which starts it under qemu.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/platforms/common.sh
triple=aarch64-unknown-linux-gnu
gnu=aarch64-linux-gnu
with_apt $gnu-gcc gcc-$gnu libc6-dev-arm64-cross
with_apt $gnu-g++ g++-$gnu
with_apt qemu-aarch64 qemu-user
use_compiler $triple
if [ -n "${HTTPSYS_POLL:-}" ]; then
  flags=CARGO_TARGET_$(upper $triple)_RUSTFLAGS
  export "$flags=${!flags:-} --cfg mio_unsupported_force_poll_poll"
fi

tools=$cache/aarch64-tools
rm -rf "$tools"
mkdir -p "$tools"
for name in cc gcc c++ g++; do
  compiler=$gnu-g++
  case $name in *cc) compiler=$gnu-gcc ;; esac
  cat > "$tools/$name" << WRAPPER
#!/usr/bin/env bash
# $compiler; a program that it links becomes a script that runs the program under qemu.
$compiler "\$@" || exit
out=a.out program=1 previous=
for word in "\$@"; do
  case \$word in -c | -E | -S | -shared | -fsyntax-only | -r | --version | -v | -dM) program= ;; esac
  [ "\$previous" = -o ] && out=\$word
  previous=\$word
done
[ -n "\$program" ] && [ -f "\$out" ] || exit 0
[ "\$(head -c 4 "\$out" | tail -c 3)" = ELF ] || exit 0
folder=\$(cd "\$(dirname "\$out")" && pwd) name=\$(basename "\$out")
mv -f "\$out" "\$out.aarch64"
printf '#!/bin/sh\nexec qemu-aarch64 -L /usr/$gnu -0 "\$0" "%s" "\$@"\n' "\$folder/\$name.aarch64" > "\$out"
chmod +x "\$out"
WRAPPER
  chmod +x "$tools/$name"
done
# Of this machine, not of that: the tests see that they are not there.
for name in clang clang++ ld.gold ld.lld mold valgrind wrk chromium chromium-browser google-chrome node; do
  printf '#!/bin/sh\nexit 127\n' > "$tools/$name"
  chmod +x "$tools/$name"
done
host=$(rustc -vV | sed -n 's/^host: //p')
export "CARGO_TARGET_$(upper "$host")_LINKER=$(command -v cc)"
export "CARGO_TARGET_$(upper "$triple")_LINKER=$tools/cc"
export CC_aarch64_unknown_linux_gnu="$tools/cc"
export PATH="$tools:$PATH" CARGO_BUILD_TARGET=$triple QEMU_LD_PREFIX=/usr/$gnu

say "aarch64: build"
cargo build ${jobs:+-j "$jobs"} -p httpapi -p httpsys-examples
say "aarch64: sources for Windows compile"
# With the library's own headers; they run on the machines that are fast enough.
for source in tests/win32/*.c tests/sdk/everyday.c tests/sdk/library.cpp; do
  case $source in *.cpp) wrapper=httpsys-c++ standard=gnu++17 ;; *) wrapper=httpsys-cc standard=gnu11 ;; esac
  CC=$gnu-gcc CXX=$gnu-g++ "tools/$wrapper" --sdk=own -std=$standard -Wall -Wextra -Werror -fsyntax-only "$source"
done
say "aarch64: tests"
# One process for each test program, not for each test: qemu takes a third of a second to start.
# What is skipped computes at length and touches nothing of the machine, or starts its own program again,
# which qemu-user runs only where the system knows of it (binfmt).
cargo test ${jobs:+-j "$jobs"} --workspace --exclude xtask --exclude httpsys-benches --exclude httpsys-tests \
  --exclude httpsys-sim \
  --lib --tests --no-fail-fast -- --skip rcv_030_every_pointer_is_inside_for_any_request \
  --skip random_tables_agree_with_the_model --skip random_bytes_never_panic \
  --skip two_processes_that_write_at_once_lose_nothing --skip a_full_disk_leaves_the_old_file_whole \
  --skip act_003_what_is_passed_is_taken_once_and_no_child_has_it \
  --skip act_003_what_was_passed_to_another_process_stays_its_own
[ -n "$short" ] || cargo test ${jobs:+-j "$jobs"} -p httpsys-sim --lib --tests --no-fail-fast
suites=(--lib)
names="abi conformance wire crt programs shapes"
[ -z "$short" ] || names="abi wire"
for suite in $names; do suites+=(--test "$suite"); done
cargo test ${jobs:+-j "$jobs"} -p httpsys-tests "${suites[@]}" --no-fail-fast -- --skip address_sanitizer \
  --skip a_full_address_space --skip diagnosis:: --skip pfx_013_a_rust_program_says_whose_its_port_is "$@"
skip "clang, valgrind, sanitizers, interop clients, slow clients, stress and long random tests (not under an emulator)"
say "make test-aarch64: done"
