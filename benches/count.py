#!/usr/bin/env python3
"""Counts that noise does not touch: instructions and system calls per request (standard library only).

  count.py --servers mio_floor,c_abi
  count.py --add 'mine=./server --port {port}' --servers mio_floor --only instructions

User-space instructions come from valgrind (cachegrind, without a cache simulation), system calls
from strace -c. Each figure is the difference of a long and a short run, so start-up drops out. A
tool that is not installed is named and its column stays empty. Linux; elsewhere what is installed.
"""
import argparse
import json
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True
import lab  # noqa: E402

WORKLOADS = {
    "hello": ("hello", []),
    "pipe": ("hello", ["--pipeline", "16"]),
    "churn": ("churn", ["--churn"]),
    "post": ("post", []),
    "big": ("big", []),
    "cancel": ("cancel", []),
}
TARGETS = {
    "hello": ["--path", "/hello", "--body", lab.HELLO.decode()],
    "churn": ["--path", "/hello", "--body", lab.HELLO.decode()],
    "post": ["--path", "/upload", "--post", "65536", "--body", "65536"],
    "big": ["--path", "/big", "--expect", str(lab.BIG)],
    "cancel": ["--path", "/cancel", "--cut"],
}


def serve(server, family, args, requests):
    """Requests served, the check by hand included; it is in both runs and drops out too."""
    try:
        server.start()
        server.check(family)
        r = lab.load(server.port, [*TARGETS[family], *args, "--requests", str(requests)], timeout=600)
    finally:
        server.stop()
    if r["errors"]:
        raise lab.Wrong(r["first_error"])
    return r["ok"] + r["late"]


def instructions(make, family, args, requests):
    log = os.path.join(lab.OUT, "cachegrind.txt")
    served = serve(make(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--fair-sched=try",
                         "--cachegrind-out-file=" + os.devnull, "--log-file=" + log]), family, args, requests)
    with open(log, errors="replace") as f:
        m = re.search(r"I\s+refs:\s+([\d,]+)", f.read())
    if not m:
        raise lab.Wrong("valgrind gave no count")
    return {"instructions": int(m[1].replace(",", ""))}, served


def calls(make, family, args, requests):
    log = os.path.join(lab.OUT, "strace.txt")
    served = serve(make(["strace", "-f", "-c", "-o", log]), family, args, requests)
    found = {}
    with open(log) as f:
        for line in f:
            m = re.match(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", line)
            if m and m[2] != "total":
                found[m[2]] = int(m[1])
    if not found:
        raise lab.Wrong("strace gave no count")
    return found, served


def per_request(count, make, family, args, requests):
    low, few = count(make, family, args, max(1, requests // 4))
    high, many = count(make, family, args, requests)
    return {k: (v - low.get(k, 0)) / (many - few) for k, v in high.items()}


def options():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lab.add_server_options(ap, 18700)
    ap.add_argument("--workloads", default="hello,pipe,churn", metavar="A,B", help="default: %(default)s; all: "
                    + ", ".join(WORKLOADS))
    ap.add_argument("--conns", type=int, default=8, help="connections (%(default)s)")
    ap.add_argument("--requests", type=int, default=4000, help="requests of the long run; the short one has a quarter (%(default)s)")
    ap.add_argument("--only", choices=["instructions", "calls"])
    opt = ap.parse_args()
    opt.commands = lab.chosen(ap, opt)
    opt.app_threads = opt.app_threads or 2
    opt.names = [w for w in opt.workloads.split(",") if w]
    unknown = [w for w in opt.names if w not in WORKLOADS]
    if unknown or opt.conns < 1 or opt.requests < 100:
        ap.error(f"unknown workloads: {' '.join(unknown)}" if unknown else "--conns is at least 1, --requests 100")
    return opt


def tools(opt):
    found = {"instructions": (instructions, "valgrind"), "calls": (calls, "strace")}
    if opt.only:
        found = {opt.only: found[opt.only]}
    for key, (_, program) in list(found.items()):
        if not shutil.which(program):
            lab.say(f"!! {program} is not installed: no {key} per request (Debian, Ubuntu: package {program})")
            del found[key]
    if not found:
        sys.exit("nothing can be counted")
    return found


def measure(name, workload, found, opt, ports):
    family, args = WORKLOADS[workload]
    args = [*args, "--conns", str(opt.conns)]

    def make(prefix):
        return lab.Server(name, opt.commands[name], next(ports), 1, opt.app_threads, prefix=prefix, start_s=60)

    row = {}
    for key, (count, _) in found.items():
        try:
            row[key] = per_request(count, make, family, args, opt.requests)
        except (lab.Wrong, lab.Unavailable, OSError) as e:
            lab.say(f"!! {name}, {workload}, {key}: {e}")
    return row


def line(name, workload, row):
    instr = row.get("instructions", {}).get("instructions")
    by_name = sorted(((v, k) for k, v in row.get("calls", {}).items() if v >= 0.01), reverse=True)
    cells = [name, workload, "-" if instr is None else f"{instr:,.0f}",
             f"{sum(v for v, _ in by_name):.2f}" if by_name else "-", ", ".join(f"{k} {v:.2f}" for v, k in by_name)]
    return "| " + " | ".join(cells) + " |"


def main():
    opt = options()
    found = tools(opt)
    missing = lab.build(opt.commands)
    for name, why in missing.items():
        lab.say(f"!! {name} skipped: {why}")
    # A new port each time: the last one may still be in TIME_WAIT.
    ports = iter(range(opt.port, 65536))
    result = {}
    print("| server | workload | instructions/req | system calls/req | by name |\n| --- | --- | ---: | ---: | --- |")
    for workload in opt.names:
        for name in opt.commands:
            if name in missing:
                continue
            row = result[f"{name}/{workload}"] = measure(name, workload, found, opt, ports)
            print(line(name, workload, row), flush=True)
            if opt.out:
                with open(opt.out, "w") as f:
                    json.dump(result, f, indent=1)
    return 0 if result and all(len(r) == len(found) for r in result.values()) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
