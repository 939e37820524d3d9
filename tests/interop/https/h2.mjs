// Node's http2 against the samples. BASE is the address, CERTIFICATES the folder.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { join } from 'node:path';

const base = process.env.BASE;
const ca = readFileSync(join(process.env.CERTIFICATES, 'root.pem'));
const connect = () => new Promise((resolve, reject) => {
  const session = http2.connect(base, { ca }, () => resolve(session));
  session.on('error', reject);
});

// Resolves with status, body and the code of a reset.
const ask = (session, headers, body, trailers) => new Promise((resolve, reject) => {
  const stream = session.request(headers, { endStream: body === undefined, waitForTrailers: !!trailers });
  const pieces = [];
  let status;
  stream.setTimeout(20000, () => reject(new Error(`no answer to ${headers[':path']}`)));
  stream.on('response', fields => { status = fields[':status']; });
  stream.on('data', piece => pieces.push(piece));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('error', () => {});
  stream.on('close', () => resolve({ status, body: Buffer.concat(pieces), code: stream.rstCode }));
  if (body !== undefined) stream.end(body);
});
const get = (session, path) => ask(session, { ':path': path });
const post = (session, path, body, trailers) => ask(session, { ':path': path, ':method': 'POST' }, body, trailers);

const session = await connect();
assert.equal(session.alpnProtocol, 'h2');
// The most that /echo of the sample in C takes.
const big = Buffer.alloc((1 << 20) - 1, 'abcdefg');

const back = await post(session, '/echo', big);
assert.equal(back.status, 200);
assert.ok(back.body.equals(big), '1 MiB there and back');
const behind = await post(session, '/echo', big.subarray(0, 100000), { 'x-sum': '1' });
assert.ok(behind.body.equals(big.subarray(0, 100000)), 'content with trailers behind it');
const empty = await post(session, '/echo', Buffer.alloc(0));
assert.deepEqual([empty.status, empty.body.length], [200, 0]);

const head = await ask(session, { ':path': '/', ':method': 'HEAD' });
assert.deepEqual([head.status, head.body.length, head.code], [200, 0, 0]);
assert.equal((await get(session, '/stream')).body.toString().match(/^piece/gm).length, 5);
assert.equal((await get(session, '/none')).status, 404);
assert.equal((await get(session, '/cancel')).code, http2.constants.NGHTTP2_CANCEL);

// One after the other and all at once, on one connection.
for (let n = 0; n < 100; n++) assert.equal((await get(session, '/')).status, 200);
const many = await Promise.all(Array.from({ length: 1000 }, () => get(session, '/')));
assert.ok(many.every(answer => answer.status === 200 && answer.code === 0), '1000 streams');
const bodies = await Promise.all(Array.from({ length: 40 }, (_, n) => post(session, '/echo', big.subarray(n, 50000 + n * 1000))));
bodies.forEach((answer, n) => assert.ok(answer.body.equals(big.subarray(n, 50000 + n * 1000)), `body ${n}`));

// Resets in the middle of a request and of a response; the connection goes on.
for (let n = 0; n < 20; n++) {
  const half = session.request({ ':path': '/echo', ':method': 'POST' });
  half.on('error', () => {});
  half.write(big.subarray(0, 10000));
  await new Promise(resolve => { half.on('close', resolve); setImmediate(() => half.close(8)); });
}
const unwanted = session.request({ ':path': '/echo', ':method': 'POST' });
unwanted.end(big);
await new Promise(resolve => { unwanted.on('close', resolve); unwanted.on('data', () => unwanted.close(8)); });
assert.equal((await get(session, '/')).status, 200);

// A reader that stands still holds up no other stream.
const slow = session.request({ ':path': '/echo', ':method': 'POST' });
slow.end(big);
await new Promise(resolve => slow.on('response', resolve));
slow.pause();
for (let n = 0; n < 20; n++) assert.equal((await get(session, '/')).status, 200);
const rest = [];
slow.on('data', piece => rest.push(piece));
await new Promise(resolve => { slow.on('end', resolve); slow.resume(); });
assert.ok(Buffer.concat(rest).equals(big), 'a body that was read late');

await new Promise(resolve => session.close(resolve));
const next = await connect();
assert.equal((await get(next, '/')).status, 200);
next.destroy();
console.log('passed: Node', process.version, 'with nghttp2', process.versions.nghttp2);
process.exit(0);
