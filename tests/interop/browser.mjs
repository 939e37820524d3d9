// A headless Chromium, driven over the DevTools protocol on two pipes: JSON texts that end with NUL.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--no-proxy-server', '--remote-debugging-pipe'];

// A home in which the root of the tests is trusted, as a user trusts one.
function home(folder) {
  if (!process.env.CERTIFICATES) return process.env;
  const database = join(folder, '.pki', 'nssdb');
  mkdirSync(database, { recursive: true });
  const certutil = (...options) => {
    const { status, stderr } = spawnSync('certutil', ['-d', `sql:${database}`, ...options], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`certutil ${options[0]}: ${stderr}`);
  };
  certutil('-N', '--empty-password');
  certutil('-A', '-t', 'C,,', '-n', 'httpsys tests', '-i', join(process.env.CERTIFICATES, 'root.pem'));
  return { ...process.env, HOME: folder };
}

async function start(folder) {
  const env = home(folder);
  for (const name of names) {
    const stdio = ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'];
    const child = spawn(name, [...options, `--user-data-dir=${folder}`, 'about:blank'], { stdio, env });
    const spawned = once(child, 'spawn').then(() => true);
    if (await Promise.race([spawned, once(child, 'error').then(() => false)])) return child;
  }
  throw new Error('no browser');
}

// The protocol: commands are answered by number; events are not asked for.
function connect(child) {
  const [, , errors, writer, reader] = child.stdio;
  const waiting = new Map();
  let last = 0, said = '', pieces = [];
  errors.on('data', piece => { said = (said + piece).slice(-4000); });
  child.once('exit', () => waiting.forEach(answer => answer({ error: { message: `the browser ended: ${said}` } })));
  // The browser may be gone; `exit` tells.
  writer.on('error', () => {});
  reader.on('data', piece => {
    let end;
    while ((end = piece.indexOf(0)) >= 0) {
      const message = JSON.parse(Buffer.concat([...pieces, piece.subarray(0, end)]));
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
      [pieces, piece] = [[], piece.subarray(end + 1)];
    }
    pieces.push(piece);
  });
  return (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    const id = ++last;
    waiting.set(id, ({ error, result }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)));
    writer.write(JSON.stringify({ id, method, params, sessionId }) + '\0');
  });
}

async function open(browser) {
  const { targetId } = await browser('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await browser('Target.attachToTarget', { targetId, flatten: true });
  const call = (method, params) => browser(method, params, sessionId);
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
  return { call, evaluate, title, close: () => browser('Target.closeTarget', { targetId }) };
}

// Runs `test` with a page; the browser ends with it.
export async function withPage(test) {
  const folder = mkdtempSync(join(tmpdir(), 'httpsys-chromium-'));
  const child = await start(folder);
  const ended = once(child, 'exit');
  try {
    const browser = connect(child);
    await test(await open(browser));
    const { product } = await browser('Browser.getVersion');
    console.log('passed:', product, 'driven by Node', process.version);
    // So that its helpers end with it; it may be gone before it answers.
    await browser('Browser.close').catch(() => {});
  } finally {
    const tooLong = setTimeout(() => child.kill('SIGKILL'), 5000);
    if (child.exitCode === null && child.signalCode === null) await ended;
    clearTimeout(tooLong);
    try {
      // Its helpers may still be writing.
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    } catch (error) {
      console.error(`left behind: ${error.message}`);
    }
  }
}
