#!/usr/bin/env python3
"""Compares HTTP servers on loopback, paired: each round measures every server (standard library only).

  run.py                                            the default comparison, under two minutes
  run.py --servers mio_floor,c_abi --workloads hello-c1,hello-c256 --rounds 9 --out result.json
  run.py --add 'mine=./server --port {port}' --servers mio_floor --workloads hello-c64

Prints a Markdown table for each workload. The method and how to read it: README.md beside this file.
Exit status 1 if a server gave a wrong answer or none could be measured; servers that cannot be had
are named and change nothing.
"""
import argparse
import json
import os
import platform
import signal
import statistics
import sys
import time

sys.dont_write_bytecode = True
import lab  # noqa: E402

DEFAULT = "hello-c64,churn-c16,cancel-c16,post64k-c16"


def options():
    ap = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    lab.add_server_options(ap, 18100)
    ap.add_argument("--workloads", default=DEFAULT, metavar="A,B", help="default: %(default)s; all: "
                    + ", ".join(lab.WORKLOADS))
    ap.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    ap.add_argument("--duration", type=float, default=0.8, metavar="S", help="seconds a measurement takes (%(default)s)")
    ap.add_argument("--warm", type=float, default=0.2, metavar="S", help="seconds of load before it (%(default)s)")
    g = ap.add_mutually_exclusive_group()
    g.add_argument("--pin", action="store_true", help="server on one processor, load on another (default where possible)")
    g.add_argument("--free", action="store_true", help="both sides may use all processors")
    ap.add_argument("--cpus", metavar="S,L", help="with --pin: processor of the servers, processor of the load")
    ap.add_argument("--workers", type=int, metavar="N", help="{w}: loops of a server; default 1 pinned, else one a processor, at most 8")
    ap.add_argument("--ref", help="the server that ratios are made to (default: the first)")
    ap.add_argument("--max-noise", type=float, default=0.08, metavar="SHARE",
                    help="share of the machine others may use before a measurement is repeated or marked (%(default)s)")
    ap.add_argument("--retries", type=int, default=0, help="how often a noisy measurement is repeated (%(default)s)")
    opt = ap.parse_args()
    opt.commands = lab.chosen(ap, opt)
    opt.workload_names = [w for w in opt.workloads.split(",") if w]
    unknown = [w for w in opt.workload_names if w not in lab.WORKLOADS]
    if unknown:
        ap.error(f"unknown workloads: {' '.join(unknown)}; there are: {' '.join(lab.WORKLOADS)}")
    if opt.rounds < 1 or opt.duration <= 0 or opt.warm <= 0:
        ap.error("--rounds, --duration and --warm must be positive")
    opt.ref = opt.ref or next(iter(opt.commands))
    if opt.ref not in opt.commands:
        ap.error(f"--ref {opt.ref} is not among the servers")
    place(ap, opt)
    return opt


def place(ap, opt):
    """Decides which processors the two sides use."""
    have = lab.processors()
    opt.server_cpu = opt.load_cpu = None
    if not opt.free:
        if have is None:
            lab.say("!! this system cannot bind a process to a processor: measuring as with --free")
            opt.free = True
        elif len(have) < 2:
            lab.say("!! only one processor: server and load share it, figures are of little use")
            opt.free = True
        else:
            opt.server_cpu, opt.load_cpu = have[:2]
            if opt.cpus:
                try:
                    opt.server_cpu, opt.load_cpu = (int(x) for x in opt.cpus.split(","))
                except ValueError:
                    ap.error("--cpus takes two numbers, such as 0,2")
                if not {opt.server_cpu, opt.load_cpu} <= set(have):
                    ap.error(f"--cpus: available are {have}")
    if not lab.PROC:
        lab.say("!! no /proc: no context switches, memory or noise; processor time as far as ps tells it")
    count = min(8, len(have) if have else os.cpu_count() or 1)
    opt.workers = opt.workers or (count if opt.free else 1)
    opt.load_threads = count if opt.free else 1
    opt.app_threads = opt.app_threads or max(2, opt.workers)


def cell(server, workload, opt):
    """Measures one server once; repeats it when others used the machine, and keeps the quietest."""
    family, args = lab.WORKLOADS[workload]
    server.check(family)
    args = [*args, "--threads", str(opt.load_threads)]
    best = None
    for _ in range(opt.retries + 1):
        lab.load(server.port, [*args, "--duration", str(opt.warm)], opt.load_cpu)
        busy, t, before = lab.machine_busy(), time.monotonic(), server.usage()
        r = lab.load(server.port, [*args, "--duration", str(opt.duration)], opt.load_cpu, opt.duration + 60)
        after, wall = server.usage(), time.monotonic() - t
        # The server worked for the late answers too.
        served = max(1, r["ok"] + r["late"])
        cpu = after[0] - before[0] if after[0] is not None and before[0] is not None else None
        r["server_cpu"] = cpu
        r["cpu_100k"] = cpu / served * 1e5 if cpu is not None else None
        r["switches"] = (after[1] - before[1]) / served if after[1] is not None else None
        r["memory_kb"] = server.memory_kb()
        r["noise"] = None
        if busy is not None:
            others = lab.machine_busy() - busy - cpu - r.get("load_cpu", 0)
            r["noise"] = max(0.0, others / (wall * os.cpu_count()))
        if best is None or (r["noise"] or 0) < (best["noise"] or 0):
            best = r
        if (best["noise"] or 0) <= opt.max_noise:
            break
    return best


def start_all(workload, commands, opt, problems):
    """Starts the servers that can serve the workload."""
    servers = {}
    for i, (name, command) in enumerate(commands.items()):
        s = lab.Server(name, command, opt.port + i, opt.workers, opt.app_threads, opt.server_cpu)
        try:
            s.start()
            s.check(lab.WORKLOADS[workload][0])
            servers[name] = s
        except (lab.Unavailable, lab.Wrong, OSError) as e:
            s.stop()
            problem(problems, f"{name} left out of {workload}: {e}")
        except BaseException:
            for started in [s, *servers.values()]:
                started.stop()
            raise
    return servers


def problem(problems, text):
    lab.say("!! " + text)
    problems.append(text)


def measure(workload, commands, opt, problems, result):
    servers = start_all(workload, commands, opt, problems)
    data = {name: [] for name in servers}
    try:
        for rnd in range(opt.rounds):
            # Every second round in reverse, so that nobody always comes after the same neighbour.
            for name in list(servers)[:: 1 if rnd % 2 == 0 else -1]:
                try:
                    r = cell(servers[name], workload, opt)
                    result["cells"].append(dict(r, server=name, workload=workload, round=rnd))
                    if r["errors"]:
                        result["bad"] += 1
                except (lab.Wrong, OSError) as e:
                    problem(problems, f"{name}, {workload}, round {rnd + 1}: {e}")
                    result["bad"] += 1
                    r = None
                data[name].append(r)
    finally:
        for s in servers.values():
            s.stop()
    return data


def median(cells, key):
    v = [c[key] for c in cells if c and c.get(key) is not None]
    return statistics.median(v) if v else None


def number(value, digits=0):
    return "-" if value is None else f"{value:,.{digits}f}"


def ratio(mine, ref, key):
    """Ratios inside the rounds: median [min..max]."""
    v = [a[key] / b[key] for a, b in zip(mine, ref) if a and b and a.get(key) and b.get(key)]
    return f"{statistics.median(v):.2f} [{min(v):.2f}..{max(v):.2f}]" if v else "-"


def table(workload, data, opt):
    where = ("all processors for both sides" if opt.free else
             f"server on processor {opt.server_cpu}, load on processor {opt.load_cpu}")
    head = ["server", "req/s", f"x {opt.ref}", "p50 us", "p99 us", "CPU s/100k", f"x {opt.ref}",
            "switches/req", "PSS MiB", "noise"]
    lines = [f"### {workload} ({where}; {opt.rounds} rounds of {opt.duration:g} s)", "",
             "| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for name, cells in data.items():
        good = [c for c in cells if c]
        ref = data.get(opt.ref, [])
        memory, noise = median(good, "memory_kb"), median(good, "noise")
        bad = sum(c["errors"] for c in good)
        label = name if not bad else f"{name} **{bad} BAD**"
        if not good:
            label = f"{name} **failed**"
        row = [label, number(median(good, "rps")), ratio(cells, ref, "rps"), number(median(good, "p50")),
               number(median(good, "p99")), number(median(good, "cpu_100k"), 3), ratio(cells, ref, "cpu_100k"),
               number(median(good, "switches"), 3), number(memory / 1024 if memory else None, 1),
               "-" if noise is None else f"{100 * noise:.0f} %" + (" (!)" if noise > opt.max_noise else "")]
        lines.append("| " + " | ".join(row) + " |")
    for name, cells in data.items():
        text = next((c["first_error"] for c in cells if c and c["errors"]), None)
        if text:
            lines += ["", f"{name}: first wrong answer: `{' '.join(text.split())[:160]}`"]
    print("\n".join(lines) + "\n", flush=True)


def main():
    opt = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    result = {"meta": {"system": f"{platform.system()} {platform.release()} {platform.machine()}",
                       "processors": os.cpu_count(), "mode": "free" if opt.free else "pinned",
                       "workers": opt.workers, "app_threads": opt.app_threads, "rounds": opt.rounds,
                       "duration": opt.duration, "ref": opt.ref, "when": time.strftime("%Y-%m-%d %H:%M:%S")},
              "cells": [], "bad": 0}
    problems = []
    missing = lab.build(opt.commands)
    for name, why in missing.items():
        problem(problems, f"{name} skipped: {why}")
    commands = {n: c for n, c in opt.commands.items() if n not in missing}
    for workload in opt.workload_names:
        table(workload, measure(workload, commands, opt, problems, result), opt)
        if opt.out:
            with open(opt.out, "w") as f:
                json.dump(dict(result, problems=problems), f, indent=1)
    if any((c["noise"] or 0) > opt.max_noise for c in result["cells"]):
        print("(!) Other processes used the machine: trust the ratios, not the figures. See --retries.\n")
    if problems:
        print("Not measured:\n\n" + "\n".join(f"- {p}" for p in problems))
    return 1 if result["bad"] or not result["cells"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
