"""Python's http.client against the example hello. BASE is its address."""
import http.client
import os
import socket
import sys
import threading
import time

PORT = int(os.environ["PORT"])


def connect():
    return http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)


def answer(conn, *request, **more):
    conn.request(*request, **more)
    response = conn.getresponse()
    return response.status, response.read()


def gone():
    return int(answer(connect(), "GET", "/gone")[1])


def wait_for_gone(count):
    for _ in range(800):
        if gone() >= count:
            return
        time.sleep(0.05)
    raise AssertionError("the server has not seen the client go")


conn = connect()
assert answer(conn, "GET", "/hello") == (200, b"Hello, World!")
local = conn.sock.getsockname()
assert answer(conn, "HEAD", "/") == (200, b"")
body = os.urandom(900_000)
assert answer(conn, "POST", "/echo", body) == (200, body)
pieces = [body[at:at + 10_000] for at in range(0, len(body), 10_000)]
assert answer(conn, "POST", "/echo", iter(pieces), encode_chunked=True,
              headers={"Transfer-Encoding": "chunked"}) == (200, body)
ten = bytes(10 << 20)
assert answer(conn, "POST", "/upload", ten) == (200, b"%d" % len(ten))
status, big = answer(conn, "GET", "/big")
assert (status, len(big)) == (200, 1 << 20)
assert answer(conn, "GET", "/stream")[1].count(b"\n") == 5
assert answer(conn, "GET", "/nothing")[0] == 404
status, large = answer(conn, "GET", "/download/%d" % (10 << 20))
assert (status, len(large)) == (200, 10 << 20)
assert conn.sock.getsockname() == local, "one connection served everything"
# The same as the server sees it.
names = {answer(conn, "GET", "/connection")[1] for _ in range(5)}
assert len(names) == 1 and names.pop().endswith(b"%s:%d\n" % (local[0].encode(), local[1]))
assert answer(conn, "GET", "/%zz")[0] == 400

try:
    answer(connect(), "GET", "/cancel")
    raise AssertionError("cancelled, yet answered")
except ConnectionResetError as error:
    assert not isinstance(error, http.client.RemoteDisconnected), "an orderly end, not a reset"

before = gone()
conn = connect()
conn.request("GET", "/endless")
assert len(conn.getresponse().read(100_000)) == 100_000
conn.close()
wait_for_gone(before + 1)
conn = connect()
conn.putrequest("POST", "/upload")
conn.putheader("Content-Length", "1000000")
conn.endheaders(b"x" * 1000)
conn.close()
wait_for_gone(before + 2)

# Pipelining: three requests at once, three answers in order.
raw = socket.create_connection(("127.0.0.1", PORT), timeout=20)
head = "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
raw.sendall((head % ("GET", "/hello", "") + head % ("POST", "/echo", "Content-Length: 3\r\n") + "abc"
             + head % ("GET", "/hello", "Connection: close\r\n")).encode())
text = b""
while piece := raw.recv(65536):
    text += piece
assert text.count(b"HTTP/1.1 200") == 3
assert text.index(b"Hello") < text.index(b"abc") < text.rindex(b"Hello")

# Expect: nothing of the body is sent before the server has asked for it.
raw = socket.create_connection(("127.0.0.1", PORT), timeout=20)
raw.sendall((head % ("POST", "/echo", "Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n")).encode())
assert raw.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
raw.sendall(b"abc")
text = b""
while piece := raw.recv(65536):
    text += piece
assert text.startswith(b"HTTP/1.1 200 ") and text.endswith(b"\r\n\r\nabc")

failures = []


def many():
    try:
        conn = connect()
        for _ in range(20):
            assert answer(conn, "GET", "/hello") == (200, b"Hello, World!")
    except Exception as error:  # told by the main thread
        failures.append(error)


threads = [threading.Thread(target=many) for _ in range(40)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures, failures[0]
print("passed: http.client of Python", sys.version.split()[0])
