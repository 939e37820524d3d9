"""httpx and h2 against the samples on HTTP/2. BASE is the address, CERTIFICATES the folder."""
import os
import socket
import ssl

import h2
import h2.config
import h2.connection
import h2.events
import httpx

BASE, FOLDER = os.environ["BASE"], os.environ["CERTIFICATES"]
CONTEXT = ssl.create_default_context(cafile=os.path.join(FOLDER, "root.pem"))
BIG = bytes(range(251)) * 4177  # 1 MiB, about


def with_httpx():
    with httpx.Client(http2=True, http1=False, verify=CONTEXT, base_url=BASE, timeout=20) as client:
        answer = client.get("/")
        assert (answer.http_version, answer.status_code) == ("HTTP/2", 200), answer
        for length in (0, 1, 16384, 65535, 65536, len(BIG)):
            assert client.post("/echo", content=BIG[:length]).content == BIG[:length], length
        pieces = (BIG[at:at + 5000] for at in range(0, 500_000, 5000))
        assert client.post("/echo", content=pieces).content == BIG[:500_000], "no Content-Length"
        head = client.head("/")
        assert (head.status_code, head.content) == (200, b""), head
        assert client.get("/none").status_code == 404
        try:
            client.get("/cancel")
        except httpx.RemoteProtocolError:
            pass
        else:
            raise AssertionError("a cancelled request was answered")
        assert client.get("/").status_code == 200, "after a cancel"


class Peer:
    """A connection of h2; what happens on it, by stream."""

    def __init__(self):
        CONTEXT.set_alpn_protocols(["h2"])
        host, port = BASE.removeprefix("https://").split(":")
        self.socket = CONTEXT.wrap_socket(socket.create_connection((host, int(port)), 20), server_hostname=host)
        assert self.socket.selected_alpn_protocol() == "h2"
        self.authority = f"{host}:{port}"
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.flush()
        self.bodies, self.heads, self.ended, self.resets = {}, {}, set(), {}

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def open(self, method, path, is_end):
        stream = self.h2.get_next_available_stream_id()
        fields = {":method": method, ":scheme": "https", ":authority": self.authority, ":path": path}
        self.h2.send_headers(stream, list(fields.items()), end_stream=is_end)
        self.flush()
        return stream

    def turn(self):
        received = self.socket.recv(65536)
        assert received, "the connection has ended"
        for event in self.h2.receive_data(received):
            if isinstance(event, h2.events.ResponseReceived):
                self.heads[event.stream_id] = dict(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                self.ended.add(event.stream_id)
            elif isinstance(event, h2.events.StreamReset):
                self.resets[event.stream_id] = event.error_code
            elif isinstance(event, h2.events.ConnectionTerminated):
                raise AssertionError(event)
        self.flush()

    def end(self, stream):
        while stream not in self.ended and stream not in self.resets:
            self.turn()
        return self.heads.get(stream, {}).get(":status"), self.bodies.get(stream, b"")


def with_h2():
    peer = Peer()
    stream = peer.open("POST", "/echo", False)
    peer.h2.send_data(stream, b"with ")
    peer.h2.send_data(stream, b"padding", pad_length=200)
    peer.h2.send_headers(stream, [("x-sum", "1")], end_stream=True)
    peer.flush()
    assert peer.end(stream) == ("200", b"with padding"), "trailers"
    # An answer before the content: the rest of it is for nobody, and harms nothing.
    early = peer.open("POST", "/none", False)
    while early not in peer.heads:
        peer.turn()
    assert peer.heads[early][":status"] == "404"
    for _ in range(20):
        reset = peer.open("POST", "/echo", False)
        peer.h2.send_data(reset, b"half")
        peer.h2.reset_stream(reset, 8)
        peer.flush()
    streams = [peer.open("GET", "/", True) for _ in range(50)]
    for stream in streams:
        status, body = peer.end(stream)
        assert status == "200" and body, status
    gone = peer.open("GET", "/cancel", True)
    peer.end(gone)
    assert peer.resets[gone] == 8, peer.resets
    peer.h2.close_connection()
    peer.flush()


with_httpx()
with_h2()
print(f"passed: httpx {httpx.__version__}, h2 {h2.__version__}")
