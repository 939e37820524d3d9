// Headless Chromium against the example websocket: its page opens a WebSocket and shows what comes back.
import assert from 'node:assert/strict';
import { withPage } from './browser.mjs';

await withPage(async page => {
  await page.call('Page.navigate', { url: process.env.BASE + '/' });
  assert.equal(await page.title(/^closed/), 'closed 1000 enough');
  assert.match(await page.evaluate('document.body.innerText'), /echo: Hello/);
  const length = await page.evaluate(`new Promise((resolve, reject) => {
    const socket = new WebSocket('ws://' + location.host + '/ws');
    socket.onopen = () => socket.send('x'.repeat(500000));
    socket.onmessage = event => { resolve(event.data.length); socket.close(); };
    socket.onerror = reject;
  })`);
  assert.equal(length, 500000);
});
process.exit(0);
