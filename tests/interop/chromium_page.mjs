// Headless Chromium against the example hello: page load, upload, keep-alive, abort.
import assert from 'node:assert/strict';
import { withPage } from './browser.mjs';

const base = process.env.BASE;
const text = async path => (await fetch(base + path)).text();

async function waitForGone(count) {
  let gone = 0;
  for (let i = 0; i < 3200; i++) {
    gone = Number(await text('/gone'));
    if (gone >= count) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  assert.fail(`the server has seen ${gone} clients go, not ${count}`);
}

async function load(page) {
  await page.call('Page.navigate', { url: base + '/page' });
  // Its script has uploaded, and its style sheet is applied.
  assert.equal(await page.title(/^uploaded/), 'uploaded 300000, rgb(1, 2, 3)');
}

async function keepAlive(page) {
  const reused = await page.evaluate(`(async () => {
    for (let i = 0; i < 30; i++) await (await fetch('/hello?' + i, { cache: 'no-store' })).text();
    const all = performance.getEntriesByType('resource').filter(entry => entry.name.includes('/hello?'));
    return all.filter(entry => entry.connectStart === entry.connectEnd).length;
  })()`);
  assert.ok(reused >= 28, `${reused} of 30 requests reused a connection`);
  // The same as the server sees it, by the client's port: the id is that of the stream on HTTP/2.
  const seen = await page.evaluate(`(async () => {
    const seen = new Set();
    for (let i = 0; i < 30; i++) seen.add((await (await fetch('/connection', { cache: 'no-store' })).text()).split(' ')[1]);
    return seen.size;
  })()`);
  assert.ok(seen <= 3, `${seen} connections for 30 requests`);
  const parallel = await page.evaluate(`Promise.all(Array.from({ length: 60 }, (_, i) =>
    fetch('/hello?p' + i, { cache: 'no-store' }).then(r => r.text()))).then(all => all.filter(t => t === 'Hello, World!').length)`);
  assert.equal(parallel, 60);
}

async function bodies(page) {
  assert.equal(await page.evaluate(`fetch('/', { method: 'HEAD' }).then(r => r.status)`), 200);
  assert.equal(await page.evaluate(`fetch('/stream').then(r => r.text()).then(t => t.split('\\n').length)`), 6);
  const large = await page.evaluate(`fetch('/download/${10 << 20}').then(r => r.arrayBuffer()).then(b => b.byteLength)`);
  assert.equal(large, 10 << 20);
  const echoed = await page.evaluate(`fetch('/echo', { method: 'POST', body: 'x'.repeat(700000) })
    .then(r => r.text()).then(t => t.length)`);
  assert.equal(echoed, 700000);
  // A form with a file of 10 MiB.
  const length = await page.evaluate(`(async () => {
    const body = new FormData();
    body.append('file', new Blob([new Uint8Array(${10 << 20})]), 'ten');
    return Number(await (await fetch('/upload', { method: 'POST', body })).text());
  })()`);
  assert.ok(length > 10 << 20 && length < (10 << 20) + 1000, `the form has ${length} bytes`);
}

async function errors(page) {
  assert.equal(await page.evaluate(`fetch('/cancel').then(() => 'answered', () => 'failed')`), 'failed');
  assert.equal(await page.evaluate(`fetch('/nothing').then(r => r.status)`), 404);
  assert.equal(await page.evaluate(`fetch('/%zz').then(r => r.status)`), 400);
}

async function aborts(page) {
  const before = Number(await text('/gone'));
  const aborted = await page.evaluate(`(async () => {
    const abort = new AbortController();
    const response = await fetch('/endless', { signal: abort.signal });
    const reader = response.body.getReader();
    await reader.read();
    abort.abort();
    return reader.read().then(() => 'read on', error => error.name);
  })()`);
  assert.equal(aborted, 'AbortError');
  await waitForGone(before + 1);
  // An upload of 4 GiB that is broken off as soon as it moves.
  const upload = await page.evaluate(`new Promise((resolve, reject) => {
    // So small that the browser keeps it in memory: from a busy disk it would be late to break off.
    const part = new Blob([new Uint8Array(1 << 20)]);
    const request = new XMLHttpRequest();
    request.open('POST', '/upload');
    request.upload.onprogress = event => { if (event.loaded < event.total) request.abort(); };
    request.onabort = () => resolve('aborted');
    request.onload = request.onerror = () => reject(new Error('the upload ended by itself'));
    request.send(new Blob(Array(4096).fill(part)));
  })`);
  assert.equal(upload, 'aborted');
  await waitForGone(before + 2);
  // A tab that is closed in the middle of a download.
  await page.evaluate(`fetch('/endless').then(r => { window.reader = r.body.getReader(); return window.reader.read(); }).then(() => 1)`);
  await page.close();
  await waitForGone(before + 3);
}

await withPage(async page => {
  await load(page);
  await keepAlive(page);
  await bodies(page);
  await errors(page);
  // A page that is cancelled.
  const { errorText } = await page.call('Page.navigate', { url: base + '/cancel' });
  // Over https it speaks HTTP/2, where a cancel resets the stream.
  const reset = base.startsWith('https:') ? /^net::ERR_HTTP2_PROTOCOL_ERROR$/ : /^net::ERR_CONNECTION_RESET$/;
  assert.match(errorText, reset);
  await load(page);
  await aborts(page);
  assert.equal(await text('/hello'), 'Hello, World!');
});
process.exit(0);
