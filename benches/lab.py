"""What run.py and count.py share: building, servers, one load run (standard library only).

A server is a command line with {port}, {w} (loops or workers) and {t} (threads of the application).
Each is started in a session of its own, and only processes of that session are measured and ended.
What this system cannot tell (processor time, context switches, memory) is None, never 0.
"""
import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time

try:
    import resource
except ImportError:  # Windows
    resource = None

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = os.path.abspath(os.path.join(ROOT, os.environ.get("CARGO_TARGET_DIR") or "target"))
RELEASE = os.path.join(TARGET, "release")
OUT = os.path.join(TARGET, "bench")
EXE = ".exe" if os.name == "nt" else ""
PROC = os.path.isdir("/proc/self/task")
HELLO = b"Hello, World!"
BIG = 1 << 20

_HELLO = ["--path", "/hello", "--body", HELLO.decode()]
# name: (family, options of the load generator); the family says which routes a server needs
WORKLOADS = {
    "hello-c1": ("hello", _HELLO + ["--conns", "1"]),
    "hello-c16": ("hello", _HELLO + ["--conns", "16"]),
    "hello-c64": ("hello", _HELLO + ["--conns", "64"]),
    "hello-c256": ("hello", _HELLO + ["--conns", "256"]),
    "hello-c1024": ("hello", _HELLO + ["--conns", "1024"]),
    "rate20k-c64": ("hello", _HELLO + ["--conns", "64", "--rate", "20000"]),
    "pipe16-c64": ("hello", _HELLO + ["--conns", "64", "--pipeline", "16"]),
    "post64k-c16": ("post", ["--path", "/upload", "--post", "65536", "--body", "65536", "--conns", "16"]),
    "big1m-c8": ("big", ["--path", "/big", "--expect", str(BIG), "--conns", "8"]),
    "file1m-c8": ("file", ["--path", "/file", "--expect", str(BIG), "--conns", "8"]),
    "churn-c16": ("churn", _HELLO + ["--conns", "16", "--churn"]),
    "cancel-c16": ("cancel", ["--path", "/cancel", "--cut", "--conns", "16"]),
}


def release(name):
    """Path of a program that cargo builds."""
    return os.path.join(RELEASE, name + EXE)


# name: (command, what must be built first)
PEER = os.path.join(OUT, "httpapi_peer")
SERVERS = {
    "mio_floor": ([release("mio_floor"), "--port", "{port}", "--threads", "{w}"], "benches"),
    "c_abi": ([PEER, "{port}", "{t}", "sync"], "c"),
    "c_abi_iocp": ([PEER, "{port}", "{t}", "iocp"], "c"),
    "c_abi_logged": ([PEER, "{port}", "{t}", "sync", "1", os.path.join(OUT, "logs")], "c"),
    "rust_logged": ([release("logged_peer"), "{port}", os.path.join(OUT, "logs-rust")], "benches"),
    "c_abi_cached": ([PEER, "{port}", "{t}", "sync", "1", "-", "http", "cached"], "c"),
    "c_abi_1000": ([PEER, "{port}", "{t}", "sync", "1000"], "c"),
    "futures": ([release("futures_peer"), "{port}", "{t}"], "benches"),
    "rust": ([release("hello"), "--port", "{port}", "--threads", "{t}"], "examples"),
}


# The others serve one route, or differ in one thing.
DEFAULT_SERVERS = ["mio_floor", "c_abi", "c_abi_iocp", "rust"]


class Unavailable(Exception):
    """A server cannot take part; the text says why."""


class Wrong(Exception):
    """A server or the load generator did something it should not."""


def say(text):
    print(text, file=sys.stderr, flush=True)


# ---- building ----

def _call(cmd):
    say("+ " + " ".join(cmd).replace(ROOT + os.sep, ""))
    try:
        p = subprocess.run(cmd, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError as e:
        raise Unavailable(f"{cmd[0]}: {e.strerror}") from e
    if p.returncode:
        lines = p.stdout.strip().splitlines()
        told = [x.strip() for x in lines if re.search(r"^error|: error|undefined|cannot find|No such file", x)]
        raise Unavailable("; ".join((told or lines)[:3]) or f"{cmd[0]} failed")


def _cargo(*args):
    _call([os.environ.get("CARGO", "cargo"), "build", "--release", *args])


def _build_c():
    if os.name == "nt":
        raise Unavailable("the C program is built by hand on Windows, see benches/README.md")
    _cargo("-p", "httpapi")
    include = os.path.join(ROOT, "crates", "httpapi", "include")
    os.makedirs(OUT, exist_ok=True)
    _call([*shlex.split(os.environ.get("CC", "cc")), "-O2", "-fshort-wchar", "-I", include,
           "-I", os.path.join(include, "win32"), os.path.join(ROOT, "benches", "c", "httpapi_peer.c"),
           "-o", PEER, "-L", RELEASE, "-lhttpapi", "-Wl,-rpath," + RELEASE])


def build(commands):
    """Builds what the servers need; {name: reason} for those that cannot be had."""
    os.makedirs(OUT, exist_ok=True)
    steps = {
        "benches": lambda: _cargo("-p", "httpsys-benches"),
        "c": _build_c,
        "examples": lambda: _cargo("-p", "httpsys-examples", "--bin", "hello"),
    }
    try:
        steps["benches"]()
    except Unavailable as e:
        sys.exit(f"the load generator does not build: {e}")
    done, missing = {"benches": None}, {}
    for name, command in commands.items():
        known, step = SERVERS.get(name, (None, None))
        if command is not known:  # from --add
            continue
        if step not in done:
            try:
                done[step] = steps[step]()
            except Unavailable as e:
                done[step] = str(e)
        if done[step]:
            missing[name] = done[step]
    return missing


# ---- what the system tells ----

def _stat(pid):
    with open(f"/proc/{pid}/stat") as f:
        text = f.read()
    return text[text.rindex(")") + 2:].split()


def machine_busy():
    """Seconds all processors together were not idle, since boot; None if unknown."""
    try:
        with open("/proc/stat") as f:
            v = [int(x) for x in f.readline().split()[1:]]
    except OSError:
        return None
    return (sum(v[:8]) - v[3] - v[4]) / os.sysconf("SC_CLK_TCK")


def processors():
    """Processors this process may use, or None where it cannot choose."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else None


@contextlib.contextmanager
def on_processor(cpu):
    """What is started inside runs on that processor only (children inherit the affinity)."""
    if cpu is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _ps_seconds(pid):
    """Processor time from ps, where it has hundredths (macOS, BSD); None otherwise."""
    try:
        p = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True)
    except OSError:
        return None
    m = re.fullmatch(r"\s*(?:(\d+):)?(\d+):(\d+\.\d+)\s*", p.stdout)
    return int(m[1] or 0) * 3600 + int(m[2]) * 60 + float(m[3]) if m else None


# ---- servers ----

class Server:
    """A running server. prefix: a program that runs it (valgrind, strace)."""

    def __init__(self, name, command, port, w, t, cpu=None, prefix=(), start_s=20):
        self.name, self.port, self.cpu, self.p = name, port, cpu, None
        fill = {"{port}": str(port), "{w}": str(w), "{t}": str(t), "{root}": ROOT}
        self.argv, self.wrapped = list(prefix), bool(prefix)
        for word in command:
            for k, v in fill.items():
                word = word.replace(k, v)
            self.argv.append(word)
        self.start_s = start_s
        self.log = os.path.join(OUT, f"{name}.log")

    def _is_open(self):
        with socket.socket() as s:
            s.settimeout(1)
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def start(self):
        if self._is_open():
            raise Unavailable(f"port {self.port} is in use, see --port")
        with on_processor(self.cpu), open(self.log, "wb") as log:
            try:
                self.p = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                          start_new_session=True)
            except OSError as e:
                raise Unavailable(f"{self.argv[0]}: {e.strerror}") from e
        end = time.monotonic() + self.start_s
        while time.monotonic() < end:
            if self.p.poll() is not None:
                raise Unavailable(f"ended with {self.p.returncode}: {self._last_words()}")
            if self._is_open():
                return
            time.sleep(0.02)
        raise Unavailable(f"did not listen on port {self.port} within {self.start_s} s")

    def _last_words(self):
        with open(self.log, errors="replace") as f:
            lines = f.read().strip().splitlines()
        return lines[-1][:200] if lines else "no message"

    def pids(self):
        """The processes of the server's session."""
        if not self.p:
            return []
        if not PROC:
            return [self.p.pid]
        found = []
        for d in os.listdir("/proc"):
            if d.isdigit():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    if int(_stat(d)[3]) == self.p.pid:
                        found.append(int(d))
        return found

    def usage(self):
        """(processor seconds, context switches) so far; None for what is not known."""
        if not PROC:
            return _ps_seconds(self.p.pid), None
        ticks = switches = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                f = _stat(pid)
                ticks += int(f[11]) + int(f[12])
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/status") as g:
                        switches += sum(int(x.split()[1]) for x in g if "ctxt_switches" in x)
        return ticks / os.sysconf("SC_CLK_TCK"), switches

    def memory_kb(self):
        """Proportional set size of the session's processes; None if unknown."""
        total = None
        for pid in self.pids():
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/smaps_rollup") as f:
                    m = re.search(r"^Pss:\s+(\d+)", f.read(), re.M)
                    if m:
                        total = (total or 0) + int(m[1])
        return total

    def stop(self):
        if not self.p:
            return
        targets = self.pids() or [self.p.pid]
        if self.wrapped and targets != [self.p.pid]:
            # The program that runs the server ends by itself, with its results, after it.
            targets = [x for x in targets if x != self.p.pid]
        for pid in sorted(targets, key=lambda x: x != self.p.pid):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while time.monotonic() < end and (self.p.poll() is None or (PROC and self.pids())):
            time.sleep(0.02)
        if self.p.poll() is None:
            self.p.kill()
        for pid in self.pids() if PROC else []:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self.p.wait()
        self.p = None

    def check(self, family):
        """One request by hand: the answer must be right to the last byte."""
        method, path, want, status = {
            "hello": ("GET", "/hello", HELLO, 200), "churn": ("GET", "/hello", HELLO, 200),
            "post": ("POST", "/upload", b"65536", 200), "big": ("GET", "/big", b"x" * BIG, 200),
            "file": ("GET", "/file", b"x" * BIG, 200),
            "cancel": ("GET", "/cancel", None, None)}[family]
        body = b"a" * 65536 if method == "POST" else b""
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        head += [f"Content-Length: {len(body)}"] if body else []
        head += ["Connection: close"] if family == "churn" else []
        got = b""
        with socket.create_connection(("127.0.0.1", self.port), 5) as s:
            s.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
            try:
                while not _is_complete(got) or family == "churn":
                    data = s.recv(65536)
                    if not data:
                        break
                    got += data
            except ConnectionResetError:
                pass
            except socket.timeout:
                raise Wrong(f"{method} {path}: no end of the answer within 5 s") from None
        _, _, answer = got.partition(b"\r\n\r\n")
        if want is None:
            if got:
                raise Wrong(f"{path}: an answer where the connection should end: {got[:80]!r}")
        elif not got.startswith(f"HTTP/1.1 {status} ".encode()) or answer != want:
            raise Wrong(f"{method} {path}: {got[:80]!r}... with {len(answer)} bytes of body")


def _is_complete(data):
    head, end, body = data.partition(b"\r\n\r\n")
    m = re.search(rb"(?i)^content-length:[ \t]*(\d+)", head, re.M) if end else None
    return bool(m) and len(body) >= int(m[1])


def load(port, options, cpu=None, timeout=60):
    """Runs the load generator; its figures and its own processor seconds (load_cpu)."""
    cmd = [release("loadgen"), "--addr", f"127.0.0.1:{port}", *options]
    before = resource.getrusage(resource.RUSAGE_CHILDREN) if resource else None
    with on_processor(cpu):
        p = subprocess.Popen(cmd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, err = p.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Wrong(f"the load generator did not end within {timeout} s") from None
    finally:
        if p.poll() is None:
            p.kill()
            p.wait()
    if p.returncode:
        raise Wrong(err.strip()[:200] or f"the load generator ended with {p.returncode}")
    r = json.loads(out.strip().splitlines()[-1])
    if resource:
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        r["load_cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return r


# ---- command line ----

def add_server_options(parser, port):
    parser.add_argument("--servers", default=",".join(DEFAULT_SERVERS), metavar="A,B",
                        help="default: %(default)s; all: " + ", ".join(SERVERS))
    parser.add_argument("--add", action="append", default=[], metavar="NAME=CMD",
                        help="one more server; {port} {w} {t} {root} are filled in; may be repeated")
    parser.add_argument("--app-threads", type=int, metavar="N", help="{t}: threads of the application")
    parser.add_argument("--port", type=int, default=port, help="first of the ports used (%(default)s)")
    parser.add_argument("--out", metavar="FILE", help="write everything measured as JSON")


def chosen(parser, opt):
    """{name: command} in the order of the command line."""
    added = {}
    for a in opt.add:
        name, _, command = a.partition("=")
        if not name or not command:
            parser.error(f"--add {a!r}: expected NAME=CMD")
        added[name] = shlex.split(command)
    names = [n for n in opt.servers.split(",") if n]
    names += [n for n in added if n not in names]
    unknown = [n for n in names if n not in SERVERS and n not in added]
    if unknown:
        parser.error(f"unknown servers: {' '.join(unknown)}; there are: {' '.join(SERVERS)}")
    return {n: added[n] if n in added else SERVERS[n][0] for n in names}
