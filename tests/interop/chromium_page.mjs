// Headless Chromium against the example hello: page load, upload, keep-alive, abort.
import assert from 'node:assert/strict';
import { withPage } from './browser.mjs';

const base = process.env.BASE;
const text = async path => (await fetch(base + path)).text();

async function waitForGone(count) {
  let gone = 0;
  for (let i = 0; i < 800; i++) {
    gone = Number(await text('/gone'));
    if (gone >= count) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  assert.fail(`the server has seen ${gone} clients go, not ${count}`);
}

await withPage(async page => {
  await page.call('Page.navigate', { url: base + '/page' });
  // Its script has uploaded, and its style sheet is applied.
  assert.equal(await page.title(/^uploaded/), 'uploaded 300000, rgb(1, 2, 3)');
  // Keep-alive: one after another on few connections.
  const reused = await page.evaluate(`(async () => {
    for (let i = 0; i < 30; i++) await (await fetch('/hello?' + i, { cache: 'no-store' })).text();
    const all = performance.getEntriesByType('resource').filter(entry => entry.name.includes('/hello?'));
    return all.filter(entry => entry.connectStart === entry.connectEnd).length;
  })()`);
  assert.ok(reused >= 28, `${reused} of 30 requests reused a connection`);
  const large = await page.evaluate(`fetch('/big').then(r => r.arrayBuffer()).then(b => b.byteLength)`);
  assert.equal(large, 1 << 20);
  const echoed = await page.evaluate(`fetch('/echo', { method: 'POST', body: 'x'.repeat(700000) })
    .then(r => r.text()).then(t => t.length)`);
  assert.equal(echoed, 700000);
  assert.equal(await page.evaluate(`fetch('/cancel').then(() => 'answered', () => 'failed')`), 'failed');
  assert.equal(await page.evaluate(`fetch('/nothing').then(r => r.status)`), 404);
  const parallel = await page.evaluate(`Promise.all(Array.from({ length: 60 }, (_, i) =>
    fetch('/hello?p' + i, { cache: 'no-store' }).then(r => r.text()))).then(all => all.filter(t => t === 'Hello, World!').length)`);
  assert.equal(parallel, 60);
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
  // A tab that is closed in the middle of a download.
  await page.evaluate(`fetch('/endless').then(r => { window.reader = r.body.getReader(); return window.reader.read(); }).then(() => 1)`);
  await page.close();
  await waitForGone(before + 2);
  assert.equal(await text('/hello'), 'Hello, World!');
});
console.log('Chromium passed');
process.exit(0);
