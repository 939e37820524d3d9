// Node's fetch against the example hello. BASE is its address.
import assert from 'node:assert/strict';

const base = process.env.BASE;
const text = async (path, options) => (await fetch(base + path, options)).text();
const bytes = async (path, options) => Buffer.from(await (await fetch(base + path, options)).arrayBuffer());

assert.equal(await text('/hello'), 'Hello, World!');
assert.equal((await fetch(base + '/', { method: 'HEAD' })).status, 200);
const body = Buffer.alloc(900000, 'abcdefg');
assert.ok((await bytes('/echo', { method: 'POST', body })).equals(body));
// A stream has no length: it is sent in chunks.
const stream = new ReadableStream({
  start(controller) {
    for (let at = 0; at < body.length; at += 9000) controller.enqueue(body.subarray(at, at + 9000));
    controller.close();
  },
});
assert.ok((await bytes('/echo', { method: 'POST', body: stream, duplex: 'half' })).equals(body));
assert.equal(await text('/upload', { method: 'POST', body: Buffer.alloc(10 << 20) }), String(10 << 20));
assert.equal((await bytes('/big')).length, 1 << 20);
assert.equal((await bytes(`/download/${10 << 20}`)).length, 10 << 20);
assert.equal((await text('/stream')).split('\n').length, 6);
assert.equal((await fetch(base + '/nothing')).status, 404);
assert.equal((await fetch(base + '/%zz')).status, 400);
await assert.rejects(fetch(base + '/cancel'), error => /ECONNRESET|UND_ERR_SOCKET/.test(error.cause?.code));
// One after another on one connection.
const connections = new Set();
for (let i = 0; i < 20; i++) connections.add(await text('/connection'));
assert.ok(connections.size <= 2, `${connections.size} connections for 20 requests`);

const before = Number(await text('/gone'));
const abort = new AbortController();
const endless = await fetch(base + '/endless', { signal: abort.signal });
const reader = endless.body.getReader();
await reader.read();
abort.abort();
await assert.rejects((async () => { while (!(await reader.read()).done); })(), { name: 'AbortError' });
const slow = new AbortController();
const never = new ReadableStream({ pull(controller) { controller.enqueue(new Uint8Array(10)); return new Promise(() => {}); } });
const upload = fetch(base + '/upload', { method: 'POST', body: never, duplex: 'half', signal: slow.signal });
setTimeout(() => slow.abort(), 200);
await assert.rejects(upload);
let gone = before;
for (let i = 0; i < 800 && gone < before + 2; i++) {
  gone = Number(await text('/gone'));
  await new Promise(resolve => setTimeout(resolve, 50));
}
assert.ok(gone >= before + 2, 'the server has not seen both clients go');

const many = await Promise.all(Array.from({ length: 300 }, () => text('/hello')));
assert.ok(many.every(answer => answer === 'Hello, World!'));
console.log('passed: Node', process.version);
process.exit(0);
