"""Python's requests against the example hello. BASE is its address."""
import os
import time

import requests

BASE = os.environ["BASE"]
session = requests.Session()

response = session.get(BASE + "/hello", timeout=20)
assert (response.status_code, response.text) == (200, "Hello, World!")
assert response.headers["Server"] == "Microsoft-HTTPAPI/2.0"
assert session.head(BASE + "/", timeout=20).status_code == 200
body = os.urandom(900_000)
assert session.post(BASE + "/echo", data=body, timeout=20).content == body
chunks = (body[at:at + 5000] for at in range(0, len(body), 5000))
assert session.post(BASE + "/echo", data=chunks, timeout=20).content == body
answer = session.post(BASE + "/upload", files={"file": ("name", bytes(10 << 20))}, timeout=20)
assert int(answer.text) > 10 << 20
assert len(session.get(BASE + "/big", timeout=20).content) == 1 << 20
assert session.get(BASE + "/stream", timeout=20).text.count("\n") == 5
assert session.get(BASE + "/nothing", timeout=20).status_code == 404
# It repairs bad escapes in URLs, but not this.
assert session.get(BASE + "/", headers={"Host": "a b"}, timeout=20).status_code == 400
assert len(session.get(BASE + "/download/%d" % (10 << 20), timeout=20).content) == 10 << 20
connections = {session.get(BASE + "/connection", timeout=20).text for _ in range(20)}
assert len(connections) == 1, connections
try:
    session.get(BASE + "/cancel", timeout=20)
    raise AssertionError("cancelled, yet answered")
except requests.ConnectionError:
    pass


def gone():
    return int(session.get(BASE + "/gone", timeout=20).text)


before = gone()
with session.get(BASE + "/endless", stream=True, timeout=20) as endless:
    pieces = endless.iter_content(50_000)
    assert sum(len(next(pieces)) for _ in range(10)) > 10_000


def breaks_off():
    yield b"x" * 1000
    raise EOFError


try:
    requests.post(BASE + "/upload", data=breaks_off(), timeout=20)
    raise AssertionError("an upload that breaks off was answered")
except EOFError:
    pass
for _ in range(800):
    if gone() >= before + 2:
        break
    time.sleep(0.05)
assert gone() >= before + 2, "the server has not seen both clients go"
proxied = requests.get(f"http://localhost:{os.environ['PORT']}/hello", proxies={"http": BASE}, timeout=20)
assert proxied.text == "Hello, World!", "absolute form"
print("passed: requests", requests.__version__)
