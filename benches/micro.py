#!/usr/bin/env python3
"""Instructions of the parts of a request's way, and a guard against regressions (standard library only).

  micro.py                 the parts (binary micro), under valgrind
  micro.py --whole         also whole requests: user instructions per keep-alive GET of the servers, and how many of
                           them are locked
  micro.py --check         both, against benches/limits.tsv; exit status 1 for a clear regression
  micro.py --write         writes benches/limits.tsv anew

Counts of the parts do not depend on how busy the machine is, those of whole requests a little. All depend
on the compiler, so the guard allows a tenth, and needs the processor family that the limits were counted on.
"""
import argparse
import math
import os
import platform
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import count  # noqa: E402
import lab  # noqa: E402
import locked  # noqa: E402

LIMITS = os.path.join(lab.ROOT, "benches", "limits.tsv")
TOLERANCE = 0.10
# Locked instructions a request may have beyond that: how the threads meet.
LOCKED_MORE = 0.5
RUNS = 3
LOW, HIGH = 2000, 12000
LOCKED = ["c_abi", "c_abi_iocp", "rust"]
WHOLE = ["c_abi", "c_abi_iocp", "rust", "c_abi_logged", "rust_logged", "c_abi_cached"]


def refs(cmd):
    p = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no",
                        "--cachegrind-out-file=" + os.devnull, *cmd],
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    m = re.search(r"I\s+refs:\s+([\d,]+)", p.stderr)
    if p.returncode or not m:
        raise lab.Wrong(f"{' '.join(cmd)}: {p.stderr[-300:]}")
    return int(m[1].replace(",", ""))


def parts():
    micro = lab.release("micro")
    names = subprocess.run([micro], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    for name in names:
        factor = 20 if name.startswith("chunked-64k") else 1
        low, high = LOW // factor, HIGH // factor
        yield name, (refs([micro, name, str(high)]) - refs([micro, name, str(low)])) / (high - low)


def whole(wanted):
    """Whole requests. Other work on the machine adds to them (a thread that finds the other asleep, an event
    alone in its poll) and takes nothing away: so a count over its limit is made again, and the lowest counts."""
    ports = iter(range(18900, 65536))
    missing = lab.build({name: lab.SERVERS[name][0] for name in WHOLE})
    family, args = count.WORKLOADS["hello"]
    for name in WHOLE:
        if name in missing:
            lab.say(f"!! {name} skipped: {missing[name]}")
            continue

        def make(prefix):
            command = lab.SERVERS[name][0]
            return lab.Server(name, command, next(ports), 1, 2, prefix=prefix, start_s=60)

        lowest = math.inf
        for _ in range(RUNS):
            row = count.per_request(count.instructions, make, family, [*args, "--conns", "8"], 6000)
            # Two counts that were disturbed may differ by less than nothing: that is no count.
            if row["instructions"] > 0:
                lowest = min(lowest, row["instructions"])
            if not is_over(wanted.get(f"GET {name}"), lowest):
                break
        yield f"GET {name}", lowest


def locks(wanted):
    """Locked instructions of whole requests; counted again as in `whole`."""
    if not locked.is_available():
        lab.say("!! no locked instructions: objdump is not installed (Debian, Ubuntu: package binutils)")
        return
    ports = iter(range(19100, 65536))
    missing = lab.build({name: lab.SERVERS[name][0] for name in LOCKED})
    family, args = count.WORKLOADS["hello"]
    for name in LOCKED:
        if name in missing:
            continue

        def make(prefix):
            return lab.Server(name, lab.SERVERS[name][0], next(ports), 1, 2, prefix=prefix, start_s=60)

        lowest = math.inf
        for _ in range(RUNS):
            lowest = min(lowest, locked.per_request(make, family, [*args, "--conns", "8"], 4000)[0])
            if not is_over(wanted.get(f"locked {name}"), lowest, LOCKED_MORE):
                break
        yield f"locked {name}", lowest


def is_over(limit, value, more=2):
    return limit is not None and value > limit * (1 + TOLERANCE) + more


def limits():
    with open(LIMITS) as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    return {name: float(value) for name, value in rows}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--whole", action="store_true")
    ap.add_argument("--check", action="store_true")
    ap.add_argument("--write", action="store_true")
    opt = ap.parse_args()
    if not shutil.which("valgrind") or platform.machine() not in ("x86_64", "AMD64"):
        print("SKIPPED: instruction counts need valgrind on x86_64")
        return 0
    wanted = limits() if opt.check else {}
    lab.build({"mio_floor": lab.SERVERS["mio_floor"][0]})
    found = dict(parts())
    if opt.whole or opt.check or opt.write:
        found.update(whole(wanted))
        found.update(locks(wanted))
    bad = []
    print("| what | instructions | limit |\n| --- | ---: | ---: |")
    for name, value in found.items():
        limit = wanted.get(name)
        is_lock = name.startswith("locked ")
        over = is_over(limit, value, LOCKED_MORE if is_lock else 2)
        shape = ",.1f" if is_lock else ",.0f"
        if over:
            bad.append(f"{name}: {value:{shape}} instructions, {limit:{shape}} before")
        print(f"| {name} | {value:{shape}} | {'-' if limit is None else format(limit, shape)}{' (!)' if over else ''} |")
    if opt.write:
        with open(LIMITS, "w") as f:
            f.write("# Instructions, counted by `benches/micro.py --write`; `--check` allows a tenth more.\n")
            f.writelines(f"{name}\t{value:.{1 if name.startswith('locked ') else 0}f}\n" for name, value in found.items())
    for line in bad:
        lab.say("REGRESSION " + line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
