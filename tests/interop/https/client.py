"""Python's ssl and http.client against the samples over https. PORT is the server's, CERTIFICATES the folder."""
import http.client
import os
import re
import socket
import ssl
import sys
import threading

PORT = int(os.environ["PORT"])
FOLDER = os.environ["CERTIFICATES"]


def context(version=None, client=None):
    made = ssl.create_default_context(cafile=os.path.join(FOLDER, "root.pem"))
    if version:
        made.minimum_version = made.maximum_version = version
    if client:
        made.load_cert_chain(os.path.join(FOLDER, client))
    return made


def connect(made=None):
    return http.client.HTTPSConnection("localhost", PORT, timeout=20, context=made or context())


def answer(conn, *request, **more):
    conn.request(*request, **more)
    response = conn.getresponse()
    return response.status, response.read()


body = os.urandom(900_000)
for version, name in [(ssl.TLSVersion.TLSv1_2, "TLS 1.2"), (ssl.TLSVersion.TLSv1_3, "TLS 1.3")]:
    conn = connect(context(version))
    text = answer(conn, "GET", "/tls")[1].decode()
    assert f"protocol {name}\n" in text and "client none\n" in text, text
    local = conn.sock.getsockname()
    assert answer(conn, "POST", "/echo", body) == (200, body)
    pieces = [body[at:at + 10_000] for at in range(0, len(body), 10_000)]
    assert answer(conn, "POST", "/echo", iter(pieces), encode_chunked=True,
                  headers={"Transfer-Encoding": "chunked"}) == (200, body)
    assert answer(conn, "GET", "/stream")[1].count(b"\n") == 5
    assert answer(conn, "GET", "/nothing")[0] == 404
    assert conn.sock.getsockname() == local, "one connection served everything"
    for client, verdict in [("client.pem", "0x00000000"), ("stranger.pem", "0x800b0109")]:
        text = answer(connect(context(version, client)), "GET", "/tls")[1].decode()
        assert re.search(rf"^client \d+ bytes, verdict {verdict}$", text, re.M), text

# A name that the certificate does not have, and a root that is not known.
unknown = ssl.create_default_context(cafile=os.path.join(FOLDER, "unknown.pem"))
for made, host in [(context(), "127.0.0.2"), (unknown, "localhost")]:
    raw = socket.create_connection(("127.0.0.1", PORT), timeout=20)
    try:
        made.wrap_socket(raw, server_hostname=host)
        raise AssertionError("a certificate that does not fit was taken")
    except ssl.SSLCertVerificationError:
        pass

# Pipelining within one record: three requests at once, three answers in order.
raw = context().wrap_socket(socket.create_connection(("127.0.0.1", PORT), timeout=20), server_hostname="localhost")
head = "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
raw.sendall((head % ("GET", "/", "") + head % ("POST", "/echo", "Content-Length: 3\r\n") + "abc"
             + head % ("GET", "/nothing", "Connection: close\r\n")).encode())
text = b""
# The server sends no close_notify (TLS-008): the end of the connection is the end.
try:
    while piece := raw.recv(65536):
        text += piece
except ssl.SSLEOFError:
    pass
assert text.count(b"HTTP/1.1 ") == 3, text
assert text.index(b"\r\n\r\nabc") < text.index(b"HTTP/1.1 404"), text

# Byte by byte, each in a record of its own.
raw = context().wrap_socket(socket.create_connection(("127.0.0.1", PORT), timeout=20), server_hostname="localhost")
for byte in (head % ("GET", "/", "")).encode():
    raw.sendall(bytes([byte]))
assert raw.recv(12) == b"HTTP/1.1 200"

failures = []


def many():
    try:
        for _ in range(5):
            conn = connect()
            for _ in range(4):
                assert answer(conn, "GET", "/")[0] == 200
            conn.close()
    except Exception as error:  # told by the main thread
        failures.append(error)


threads = [threading.Thread(target=many) for _ in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures, failures[0]
print("passed: ssl of Python", sys.version.split()[0], "with", ssl.OPENSSL_VERSION)
