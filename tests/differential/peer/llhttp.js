// The reading of llhttp, the parser inside Node.js, with every lenience off.
//
// Standard input: connections, each a 32-bit little-endian length and so many bytes. Standard
// output: for each connection one line per request, then one for the end:
//   M method target major minor keep-alive head-end end body [name value]...
//   E Clean | Partial | Upgrade | Refused code
// Byte strings are hexadecimal, "-" when empty; `end` is "-" for a body that is not complete.
//
// The bytes are fed one at a time, which tells where each part ends.
'use strict';

const { readFileSync, writeSync } = require('fs');
const { HTTPParser } = require('_http_common');
const METHODS = require('_http_common').methods;

const PLENTY = 1 << 24;

const hex = (bytes) => (bytes.length ? Buffer.from(bytes, 'latin1').toString('hex') : '-');

function read(bytes) {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {}, PLENTY, HTTPParser.kLenientNone);
  const lines = [];
  let at = 0;
  let open = null;
  let fields = [];
  let target = '';
  parser[HTTPParser.kOnHeaders] = (more, url) => {
    fields.push(...more);
    target += url;
  };
  parser[HTTPParser.kOnHeadersComplete] = (major, minor, more, method, url, a, b, upgrade, keep) => {
    fields.push(...(more || []));
    // Numbers beyond the list are verbs of RTSP.
    open = {
      method: METHODS[method] || `method ${method}`, target: target + (url || ''), major, minor, keep, fields,
      headEnd: at + 1, body: [],
    };
    fields = [];
    target = '';
    return 0;
  };
  parser[HTTPParser.kOnBody] = (chunk) => open.body.push(chunk);
  const close = (end) => {
    const { method, major, minor, keep, headEnd, body } = open;
    lines.push(['M', hex(method), hex(open.target), major, minor, keep ? 1 : 0, headEnd, end,
      body.length ? Buffer.concat(body).toString('hex') : '-', ...open.fields.map(hex)].join(' '));
    open = null;
  };
  // Trailer fields come by kOnHeaders, with the target once more, and are nobody's.
  parser[HTTPParser.kOnMessageComplete] = () => {
    fields = [];
    target = '';
    close(at + 1);
  };

  const ended = (text) => {
    if (open) close('-');
    lines.push('E ' + text);
    return lines;
  };
  for (; at < bytes.length; at++) {
    const result = parser.execute(bytes.subarray(at, at + 1));
    if (result instanceof Error) {
      return ended('Refused ' + hex(result.code + ': ' + result.reason));
    }
    if (result !== 1) return ended('Upgrade');
  }
  return ended(parser.finish() instanceof Error ? 'Partial' : 'Clean');
}

const input = readFileSync(0);
const out = [];
for (let at = 0; at < input.length;) {
  const length = input.readUInt32LE(at);
  out.push(...read(input.subarray(at + 4, at + 4 + length)));
  at += 4 + length;
}
let text = Buffer.from(out.join('\n') + '\n');
while (text.length) text = text.subarray(writeSync(1, text));
