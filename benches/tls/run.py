#!/usr/bin/env python3
"""HTTPS beside mio + rustls and hyper + rustls, paired: each round measures every server (standard library only).

  run.py [--rounds 7] [--duration 1.0] [--workloads hello-c64,handshakes] [--out FILE]

Server on one processor, load on another. Prints a table for each workload: processor seconds of the server for
100,000 requests (handshakes: full handshakes for one processor second), and the ratio of these to each peer,
as median [min..max] of the rounds. Exit status 1 if a server gave a wrong answer.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lab  # noqa: E402

FOLDER = os.path.join(lab.TARGET, "bench-tls")
PEM = os.path.join(lab.ROOT, "crates", "tls", "testdata", "localhost.pem")
BIG = ["--path", "/big", "--bytes", str(lab.BIG), "--conns", "8"]
WORKLOADS = {
    "hello-c64": ["--conns", "64"],
    "handshakes": ["--conns", "16", "--handshakes"],
    "handshakes-tls12": ["--conns", "16", "--handshakes", "--tls12"],
    "big1m-c8": BIG,
}
OURS = "httpsys_tls"
SERVERS = ["tls_floor", "hyper_tls", OURS]


def program(name):
    return os.path.join(FOLDER, "release", name + lab.EXE)


def load(port, args, seconds, cpu):
    with lab.on_processor(cpu):
        p = subprocess.run([program("tls_load"), "--port", str(port), "--seconds", str(seconds), *args],
                           capture_output=True, text=True, timeout=seconds + 60)
    if p.returncode:
        raise lab.Wrong(p.stderr.strip() or f"tls_load ended with {p.returncode}")
    return json.loads(p.stdout)["ok"]


def measure(loads, server, what, opt, cpu):
    """Processor seconds of the server for one answer; loads(port, what, seconds, cpu) -> answers."""
    loads(server.port, what, opt.warm, cpu)
    before = server.usage()[0]
    answers = loads(server.port, what, opt.duration, cpu)
    return (server.usage()[0] - before) / max(1, answers)


def spread(values):
    return f"{statistics.median(values):.2f} [{min(values):.2f}..{max(values):.2f}]"


def table(workload, costs):
    print(f"\n### {workload}\n")
    handshakes = workload.startswith("handshakes")
    print(f"| server | {'handshakes per CPU s' if handshakes else 'CPU s per 100k'} | "
          + " | ".join(f"CPU, httpsys / {peer}" for peer in SERVERS if peer != OURS) + " |")
    print("|---|---|---|---|")
    for name in SERVERS:
        cost = statistics.median(costs[name])
        told = f"{1 / cost:.0f}" if handshakes else f"{cost * 1e5:.2f}"
        ratios = [spread([a / b for a, b in zip(costs[OURS], costs[peer])]) if name == OURS else ""
                  for peer in SERVERS if peer != OURS]
        print(f"| {name} | {told} | " + " | ".join(ratios) + " |")
    sys.stdout.flush()


def arguments(doc, workloads, rounds, port):
    """The command line of a comparison; doc is its help."""
    ap = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=doc)
    ap.add_argument("--rounds", type=int, default=rounds)
    ap.add_argument("--duration", type=float, default=1.0)
    ap.add_argument("--warm", type=float, default=0.2)
    ap.add_argument("--port", type=int, default=port)
    ap.add_argument("--workloads", default=",".join(workloads))
    ap.add_argument("--out", metavar="FILE")
    return ap.parse_args()


def build():
    subprocess.run([os.environ.get("CARGO", "cargo"), "build", "--release", "--target-dir", FOLDER],
                   cwd=HERE, check=True)
    os.makedirs(lab.OUT, exist_ok=True)


def compare(opt, commands, cost_of, show):
    """Measures every server in each round, and shows each workload's table.

    commands: name -> command line, in the order of the ports from opt.port. cost_of(server, workload, cpu of the
    load) -> seconds; show(workload, name -> costs)."""
    cpus = lab.processors()
    server_cpu, load_cpu = cpus[:2] if cpus and len(cpus) > 1 else (None, None)
    results = {}
    for workload in opt.workloads.split(","):
        servers = [lab.Server(name, command, opt.port + i, 1, 1, server_cpu)
                   for i, (name, command) in enumerate(commands.items())]
        costs = {name: [] for name in commands}
        try:
            for server in servers:
                server.start()
            for turn in range(opt.rounds):
                for server in servers if turn % 2 == 0 else reversed(servers):
                    costs[server.name].append(cost_of(server, workload, load_cpu))
        finally:
            for server in servers:
                server.stop()
        show(workload, costs)
        results[workload] = costs
    if opt.out:
        with open(opt.out, "w") as f:
            json.dump(results, f)


def main():
    opt = arguments(__doc__, WORKLOADS, 7, 18300)
    build()
    commands = {name: [program(name), "{port}", PEM] for name in SERVERS}
    compare(opt, commands, lambda server, workload, cpu: measure(load, server, WORKLOADS[workload], opt, cpu), table)


if __name__ == "__main__":
    try:
        main()
    except (lab.Wrong, lab.Unavailable) as e:
        sys.exit(f"run.py: {e}")
