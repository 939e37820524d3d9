// Node's WebSocket against the example websocket; a Node that has none takes the package ws.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const WebSocket = globalThis.WebSocket ?? createRequire(process.env.TOOLS + '/')('ws');

// wss over https.
const url = `${process.env.BASE.replace('http', 'ws')}/ws`;
const open = () => new Promise((resolve, reject) => {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => resolve(socket);
  socket.onerror = reject;
});
const echo = (socket, message) => new Promise((resolve, reject) => {
  socket.onmessage = event => resolve(event.data);
  socket.onclose = reject;
  socket.send(message);
});
const socket = await open();
for (const message of ['Hello', 'x'.repeat(300000), '\u{1F600}']) {
  assert.equal(await echo(socket, message), message);
}
const binary = new Uint8Array(100000).map((_, at) => at);
assert.deepEqual(new Uint8Array(await echo(socket, binary)), binary);
const closed = new Promise(resolve => { socket.onclose = resolve; });
socket.close(4000, 'enough');
const event = await closed;
assert.deepEqual([event.code, event.reason, event.wasClean], [4000, 'enough', true]);
const sockets = await Promise.all(Array.from({ length: 20 }, open));
const answers = await Promise.all(sockets.map((other, number) => echo(other, String(number))));
assert.deepEqual(answers, sockets.map((_, number) => String(number)));
const plain = await fetch(`${process.env.BASE}/ws`);
assert.equal(plain.status, 426);
console.log('passed: Node', process.version, globalThis.WebSocket ? '' : 'with ws');
process.exit(0);
