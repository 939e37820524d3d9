// A headless Chromium, driven over the DevTools protocol.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

async function start(folder) {
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--no-proxy-server',
    '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'];
  for (const name of names) {
    const child = spawn(name, options, { stdio: ['ignore', 'ignore', 'pipe'] });
    const started = await Promise.race([once(child, 'spawn').then(() => true), once(child, 'error').then(() => false)]);
    if (!started) continue;
    let said = '';
    for await (const piece of child.stderr) {
      said += piece;
      const url = /DevTools listening on (ws:\S+)/.exec(said);
      if (url) {
        // Keep reading, or it may block.
        child.stderr.resume();
        return { child, url: url[1] };
      }
    }
    throw new Error(`${name} ended: ${said}`);
  }
  throw new Error('no browser');
}

// Runs `test` with a page; the browser ends with it.
export async function withPage(test) {
  const folder = mkdtempSync(join(tmpdir(), 'httpsys-chromium-'));
  const { child, url } = await start(folder);
  try {
    const { host } = new URL(url);
    const target = await (await fetch(`http://${host}/json/new?about:blank`, { method: 'PUT' })).json();
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
    let last = 0;
    const waiting = new Map();
    socket.onmessage = event => {
      const message = JSON.parse(event.data);
      waiting.get(message.id)?.(message);
    };
    const call = (method, params = {}) => new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, message => (message.error ? reject(new Error(message.error.message)) : resolve(message.result)));
      socket.send(JSON.stringify({ id, method, params }));
    });
    const evaluate = async expression => {
      const found = await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (found.exceptionDetails) throw new Error(found.exceptionDetails.exception?.description ?? 'exception');
      return found.result.value;
    };
    const title = async wanted => {
      let found = '';
      for (let i = 0; i < 800; i++) {
        found = await evaluate('document.title');
        if (wanted.test(found)) return found;
        await new Promise(resolve => setTimeout(resolve, 50));
      }
      throw new Error(`the title is ${found}`);
    };
    await call('Page.enable');
    await test({ call, evaluate, title, close: () => fetch(`http://${host}/json/close/${target.id}`) });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    try {
      // Its helpers may still be writing.
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    } catch (error) {
      console.error(`left behind: ${error.message}`);
    }
  }
}
