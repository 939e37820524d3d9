#!/usr/bin/env python3
"""HTTP/2 over TLS beside hyper + h2 + rustls, paired: each round measures every server (standard library only).

  h2.py [--rounds 9] [--duration 1.0] [--workloads 128,64k] [--out FILE]

The load is h2load (Debian: nghttp2-client) with 8 connections of 32 streams each. Server on one processor, load on
another. Prints a table for each workload: processor seconds of the server for 100,000 requests, and the ratio to
hyper's, as median [min..max] of the rounds. Exit status 1 if a server gave a wrong answer.
"""
import base64
import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))
import lab  # noqa: E402
from run import PEM, arguments, build, compare, measure, program, spread  # noqa: E402

WORKLOADS = {"128": 128, "64k": 65536}
PEER = "hyper_tls"
SERVERS = {
    PEER: [program(PEER), "{port}", PEM],
    "httpsys_tls": [program("httpsys_tls"), "{port}", PEM],
    "c_abi": [lab.PEER, "{port}", "1", "sync", "1", "-", "https"],
}


def load(port, workload, seconds, cpu):
    """Answers of h2load, all of them right."""
    with lab.on_processor(cpu):
        p = subprocess.run(["h2load", "-c", "8", "-m", "32", "-D", f"{seconds * 1000:.0f}ms", f"--connect-to=127.0.0.1:{port}",
                            f"https://localhost:{port}/{workload}"],
                           capture_output=True, text=True, timeout=seconds + 60)
    counts = re.search(r"requests: (\d+) total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed", p.stdout)
    codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", p.stdout)
    content = re.search(r"traffic: .*?([\d.]+)([KMG]?B) \((\d+)\) data", p.stdout)
    if p.returncode or not (counts and codes and content) or "Application protocol: h2" not in p.stdout:
        raise lab.Wrong(f"h2load: {p.stdout.strip()[-300:]} {p.stderr.strip()[-300:]}")
    done, failed, good = int(counts[3]), int(counts[4]), int(codes[1])
    if failed or any(int(codes[i]) for i in (2, 3, 4)) or int(content[3]) < done * WORKLOADS[workload]:
        raise lab.Wrong(f"wrong answers: {counts[0]}; {codes[0]}; {content[0]}")
    return good


def configure(ports):
    """A configuration store with the certificate for these ports, named by the environment."""
    with open(PEM) as f:
        text = f.read()
    body = re.search(r"BEGIN CERTIFICATE-----(.*?)-----END", text, re.S)[1]
    thumbprint = hashlib.sha1(base64.b64decode("".join(body.split()))).hexdigest()
    folder = os.path.join(lab.OUT, "h2-configuration")
    os.makedirs(os.path.join(folder, "certificates", "MY"), exist_ok=True)
    shutil.copy(PEM, os.path.join(folder, "certificates", "MY", thumbprint + ".pem"))
    store = os.path.join(folder, "config.json")
    application = "{00000000-0000-0000-0000-000000000001}"
    with open(store, "w") as f:
        json.dump({"version": 1, "ssl": [{"ipport": f"0.0.0.0:{port}", "cert_hash": thumbprint, "app_id": application}
                                         for port in ports]}, f)
    os.environ["HTTPSYS_CONFIG"] = store


def table(workload, costs):
    print(f"\n### {workload} bytes\n")
    print(f"| server | CPU s per 100k | CPU, server / {PEER} |\n|---|---|---|")
    for name in SERVERS:
        ratios = spread([a / b for a, b in zip(costs[name], costs[PEER])]) if name != PEER else ""
        print(f"| {name} | {statistics.median(costs[name]) * 1e5:.2f} | {ratios} |")
    sys.stdout.flush()


def main():
    opt = arguments(__doc__, WORKLOADS, 9, 18320)
    if not shutil.which("h2load"):
        raise lab.Unavailable("h2load is not installed (Debian: nghttp2-client)")
    build()
    missing = lab.build({"c_abi": lab.SERVERS["c_abi"][0]})
    if missing:
        raise lab.Unavailable(f"the C program does not build: {missing}")
    configure(range(opt.port, opt.port + len(SERVERS)))
    compare(opt, SERVERS, lambda server, workload, cpu: measure(load, server, workload, opt, cpu), table)


if __name__ == "__main__":
    try:
        main()
    except (lab.Wrong, lab.Unavailable) as e:
        sys.exit(f"h2.py: {e}")
