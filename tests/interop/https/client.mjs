// Node's https against the samples. BASE is the address, CERTIFICATES the folder.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';

const base = process.env.BASE;
const pem = name => readFileSync(join(process.env.CERTIFICATES, name));
const ca = pem('root.pem');

const ask = (path, { body, ...options } = {}) => new Promise((resolve, reject) => {
  const request = https.request(base + path, { ca, timeout: 20000, ...options }, response => {
    const pieces = [];
    response.on('data', piece => pieces.push(piece));
    response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(pieces) }));
    response.on('error', reject);
  });
  request.on('timeout', () => request.destroy(new Error('no answer')));
  request.on('error', reject);
  request.end(body);
});
const text = async (path, options) => (await ask(path, options)).body.toString();

const body = Buffer.alloc(900000, 'abcdefg');
for (const version of ['TLSv1.2', 'TLSv1.3']) {
  const only = { minVersion: version, maxVersion: version };
  const told = await text('/tls', only);
  assert.match(told, new RegExp(`^protocol ${version.replace('v', ' ')}$`, 'm'));
  assert.match(told, /^client none$/m);
  for (const [name, verdict] of [['client.pem', '0x00000000'], ['stranger.pem', '0x800b0109']]) {
    const known = await text('/tls', { ...only, cert: pem(name), key: pem(name) });
    assert.match(known, new RegExp(`^client \\d+ bytes, verdict ${verdict}$`, 'm'));
  }
  const back = await ask('/echo', { ...only, method: 'POST', body });
  assert.ok(back.body.equals(body));
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca, ...only });
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask('/', { agent })));
  assert.ok(answers.every(answer => answer.status === 200));
  agent.destroy();
}
await assert.rejects(ask('/', { ca: pem('unknown.pem') }), error => /SELF_SIGNED|UNABLE_TO/.test(error.code));
await assert.rejects(ask('/cancel'), error => /ECONNRESET/.test(error.code));
const many = await Promise.all(Array.from({ length: 200 }, () => ask('/', { agent: false })));
assert.ok(many.every(answer => answer.status === 200));
console.log('passed: Node', process.version, 'with OpenSSL', process.versions.openssl);
process.exit(0);
