#!/usr/bin/env python3
"""Locked instructions per request, and where they are (standard library only).

  locked.py --servers c_abi,rust          per keep-alive GET
  locked.py --servers c_abi --by-name     and the functions they are in

valgrind (callgrind) counts how often each instruction ran, objdump says which of them lock the bus: those with the
prefix `lock`, and `xchg` with memory. As in count.py, each figure is the difference of a long and a short run. Counts
depend a little on the order in which the threads ran. x86_64 only. Does not count fences.
"""
import argparse
import collections
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import count  # noqa: E402
import lab  # noqa: E402

LOCKED = re.compile(r"^\s*([0-9a-f]+):\t(?:lock |xchg +[^,]*\(.*|xchg +[^,]*,[^,]*\()")


def locked_addresses(path, known):
    """The addresses in an object file whose instructions lock."""
    if path not in known:
        p = subprocess.run(["objdump", "-d", "-w", "--no-show-raw-insn", path], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True)
        found = (LOCKED.match(line) for line in p.stdout.splitlines())
        known[path] = {int(m[1], 16) for m in found if m}
    return known[path]


def executed(path, known):
    """{function: locked instructions executed}, from a file of callgrind with instructions."""
    found = collections.Counter()
    addresses, function, skip = set(), "", False
    with open(path, errors="replace") as f:
        for line in f:
            if line.startswith("ob="):
                addresses = locked_addresses(line[3:].rstrip("\n"), known)
            elif line.startswith("fn="):
                function = line[3:].rstrip("\n")
            elif line.startswith("calls="):
                skip = True  # the next line has the cost of what is called
            elif line.startswith("0x"):
                if not skip:
                    fields = line.split()
                    if int(fields[0], 16) in addresses:
                        found[function] += int(fields[-1])
                skip = False
    return found


def counter():
    """What count.per_request takes; object files are read once."""
    known = {}

    def locked(make, family, args, requests):
        out = os.path.join(lab.OUT, "callgrind.out")
        if os.path.exists(out):
            os.remove(out)
        served = count.serve(make(["valgrind", "--tool=callgrind", "--dump-instr=yes", "--dump-line=no",
                                   "--compress-strings=no", "--compress-pos=no", "--fair-sched=try",
                                   "--callgrind-out-file=" + out]), family, args, requests)
        if not os.path.exists(out):
            raise lab.Wrong("callgrind left no file")
        return executed(out, known), served

    return locked


def per_request(make, family, args, requests):
    """(all, {function: some of them}) per request."""
    by_name = count.per_request(counter(), make, family, args, requests)
    return sum(by_name.values()), by_name


def is_available():
    """Whether the tools are there, and the processor is one whose locks are known here."""
    return os.uname().machine == "x86_64" and all(map(shutil.which, ["valgrind", "objdump"]))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lab.add_server_options(ap, 19300)
    ap.add_argument("--conns", type=int, default=8, help="connections (%(default)s)")
    ap.add_argument("--requests", type=int, default=4000, help="requests of the long run (%(default)s)")
    ap.add_argument("--by-name", action="store_true", help="also the functions")
    opt = ap.parse_args()
    commands = lab.chosen(ap, opt)
    if not is_available():
        print("SKIPPED: locked instructions need valgrind and objdump on x86_64")
        return 0
    missing = lab.build(commands)
    ports = iter(range(opt.port, 65536))
    print("| server | locked instructions/req |\n| --- | ---: |")
    for name, command in commands.items():
        if name in missing:
            lab.say(f"!! {name} skipped: {missing[name]}")
            continue

        def make(prefix):
            return lab.Server(name, command, next(ports), 1, opt.app_threads or 2, prefix=prefix, start_s=60)

        family, args = count.WORKLOADS["hello"]
        total, by_name = per_request(make, family, [*args, "--conns", str(opt.conns)], opt.requests)
        print(f"| {name} | {total:.2f} |", flush=True)
        for function, value in by_name.items() if opt.by_name else ():
            if value >= 0.05:
                print(f"|   {function} | {value:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
