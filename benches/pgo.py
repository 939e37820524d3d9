#!/usr/bin/env python3
"""A profile of libhttpapi under the workloads of the benchmarks, for rustc's -Cprofile-use (standard library only).

  pgo.py OUT        writes OUT; exit status 3 and one line if a tool for it is missing

Builds the library so that it counts its steps, and the server of the benchmarks on it; plays hello, a browser's head,
a completion port, a log, the cache, new connections, cancelled requests, uploads, content of 1 MiB, TLS, and HTTP/2 if
h2load is installed; merges the counts with llvm-profdata (rustup component add llvm-tools). All is below
target/pgo. `make pgo` does that and builds with the profile.
"""
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "tls"), HERE]
import h2  # noqa: E402
import lab  # noqa: E402

FOLDER = os.path.join(lab.TARGET, "pgo")
COUNTS = os.path.join(FOLDER, "counts")
LIBRARY = os.path.join(FOLDER, "release")
PEER = os.path.join(FOLDER, "httpapi_peer" + lab.EXE)
PORT = 18500

# What a browser sends; the names are long enough for the parser of many fields.
BROWSER = [option for line in (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5", "Accept-Encoding: gzip, deflate, br, zstd", "Referer: http://localhost/",
    "Cookie: session=0123456789abcdef; theme=dark", "Upgrade-Insecure-Requests: 1", "Sec-Fetch-Dest: document",
    "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: same-origin", "Priority: u=0, i", "Cache-Control: max-age=0",
) for option in ("--header", line)]
HELLO = ["--path", "/hello", "--body", lab.HELLO.decode()]
LOGS = os.path.join(FOLDER, "logs")
# (arguments of the server, options of the load generator)
WORKLOADS = [
    (["sync"], [*HELLO, "--conns", "16", "--requests", "60000"]),
    (["sync"], [*HELLO, *BROWSER, "--conns", "16", "--requests", "20000"]),
    (["iocp"], [*HELLO, "--conns", "16", "--requests", "40000"]),
    (["sync", "1", LOGS], [*HELLO, "--conns", "16", "--requests", "10000"]),
    (["sync", "1", "-", "http", "cached"], [*HELLO, "--conns", "16", "--requests", "20000"]),
    (["sync"], [*HELLO, "--conns", "8", "--churn", "--requests", "3000"]),
    (["sync"], ["--path", "/cancel", "--cut", "--conns", "8", "--requests", "3000"]),
    (["sync"], ["--path", "/upload", "--post", "65536", "--body", "65536", "--conns", "8", "--requests", "3000"]),
    (["sync"], ["--path", "/big", "--expect", str(lab.BIG), "--conns", "4", "--requests", "200"]),
    (["sync"], ["--path", "/file", "--expect", str(lab.BIG), "--conns", "4", "--requests", "200"]),
]
# Options of h2load.
STREAMS = [["-n", "20000", "-c", "8", "-m", "32"], ["-n", "1000", "-c", "200", "-m", "1", "--h1"]]


class Missing(Exception):
    """A tool that the profile needs; the text says which, and where it comes from."""


def profdata():
    """The llvm-profdata of the compiler that is used."""
    rustc = os.environ.get("RUSTC", "rustc")
    libraries = subprocess.run([rustc, "--print", "target-libdir"], capture_output=True, text=True, check=True)
    beside = os.path.join(os.path.dirname(libraries.stdout.strip()), "bin", "llvm-profdata" + lab.EXE)
    if not os.path.exists(beside):
        raise Missing("llvm-profdata of this compiler is not installed: rustup component add llvm-tools")
    return beside


def build():
    include = os.path.join(lab.ROOT, "crates", "httpapi", "include")
    flags = f"{os.environ.get('RUSTFLAGS', '')} -Cprofile-generate={COUNTS}".strip()
    cargo = os.environ.get("CARGO", "cargo")
    lab.say("+ a library that counts its steps")
    subprocess.run([cargo, "build", "--release", "-p", "httpapi", "--target-dir", FOLDER], cwd=lab.ROOT, check=True,
                   env={**os.environ, "RUSTFLAGS": flags})
    subprocess.run([cargo, "build", "--release", "-p", "httpsys-benches", "--bin", "loadgen"], cwd=lab.ROOT, check=True)
    compiler = shlex.split(os.environ.get("CC", "cc"))
    subprocess.run([*compiler, "-O2", "-fshort-wchar", "-I", include, "-I", os.path.join(include, "win32"),
                    os.path.join(HERE, "c", "httpapi_peer.c"), "-o", PEER, "-L", LIBRARY, "-lhttpapi",
                    "-Wl,-rpath," + LIBRARY], check=True)


def play(port, arguments, command):
    """One workload: the server counts while the command loads it, and writes its counts when it ends."""
    os.environ["LLVM_PROFILE_FILE"] = os.path.join(COUNTS, f"{port}-%m.profraw")
    server = lab.Server("pgo", [PEER, "{port}", "2", *arguments], port, 1, 2)
    server.start()
    try:
        p = subprocess.run(command, capture_output=True, text=True, timeout=300)
    finally:
        server.stop()
    # h2load ends well whatever the answers were.
    if p.returncode or re.search(r" 0 succeeded| [1-9]\d* failed", p.stdout):
        raise lab.Wrong(f"{' '.join(command)}: {p.stdout.strip()[-300:]} {p.stderr.strip()[-300:]}")
    if not glob.glob(os.path.join(COUNTS, f"{port}-*")):
        raise lab.Wrong(f"{os.path.basename(PEER)} {' '.join(arguments)} ended without its counts")


def train():
    loads = [(arguments, [lab.release("loadgen"), "--addr", "127.0.0.1:{port}", *options])
             for arguments, options in WORKLOADS]
    if shutil.which("h2load"):
        h2.configure(range(PORT + len(loads), PORT + len(loads) + len(STREAMS)))
        loads += [(["sync", "1", "-", "https"], ["h2load", *options, "https://127.0.0.1:{port}/hello"])
                  for options in STREAMS]
    else:
        lab.say("h2load is not installed (Debian: nghttp2-client): the profile has no TLS and no HTTP/2")
    for at, (arguments, command) in enumerate(loads):
        lab.say(f"+ {' '.join(arguments)}: {os.path.basename(command[0])} {' '.join(command[1:])[:80]}")
        play(PORT + at, arguments, [word.replace("{port}", str(PORT + at)) for word in command])


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__.strip())
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    merge = profdata()
    shutil.rmtree(COUNTS, ignore_errors=True)
    for folder in (LOGS, lab.OUT):
        os.makedirs(folder, exist_ok=True)
    build()
    train()
    subprocess.run([merge, "merge", "-o", sys.argv[1], *sorted(glob.glob(os.path.join(COUNTS, "*.profraw")))],
                   check=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Missing as e:
        lab.say(f"pgo.py: no profile: {e}")
        sys.exit(3)
    except (lab.Wrong, lab.Unavailable, subprocess.CalledProcessError) as e:
        sys.exit(f"pgo.py: {e}")
