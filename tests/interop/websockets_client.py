"""The Python package websockets against the example websocket."""
import asyncio
import os

import websockets


async def main():
    # wss over https.
    url = os.environ["BASE"].replace("http", "ws", 1) + "/ws"
    async with websockets.connect(url, max_size=None) as socket:
        for message in ["Hello", "", "x" * 300_000, b"\x00\xff", os.urandom(100_000)]:
            await socket.send(message)
            assert await asyncio.wait_for(socket.recv(), 20) == message
        await socket.send(iter(["one ", "two ", "three"]))
        assert await asyncio.wait_for(socket.recv(), 20) == "one two three"
        await asyncio.wait_for(await socket.ping(b"p"), 20)
        await socket.close(code=4000, reason="enough")
        assert (socket.close_code, socket.close_reason) == (4000, "enough")
    sockets = [await websockets.connect(url) for _ in range(20)]
    for number, socket in enumerate(sockets):
        await socket.send(str(number))
    for number, socket in enumerate(sockets):
        assert await asyncio.wait_for(socket.recv(), 20) == str(number)
        await socket.close()


asyncio.run(main())
print("passed: websockets", websockets.__version__)
