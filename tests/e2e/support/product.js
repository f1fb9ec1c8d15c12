// Starts and stops the product: `demo` on free ports with a folder of its own, or `serve`.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { leaks, leaksOfFiles } from './leaks.js';

const BIN =
  process.env.SYSTEMBRUKER_BIN ??
  fileURLToPath(new URL('../../../target/release/systembruker', import.meta.url));
const START_MS = 30_000;
const STOP_MS = 15_000;

/** A new folder that is removed with `remove()`. */
export async function scratch() {
  const folder = await mkdtemp(path.join(tmpdir(), 'systembruker-e2e-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A port that nobody listened on a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Only what the process needs of our environment: no setting of the product leaks in. */
function environment(more = {}) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SYSTEMBRUKER_'));
  return { ...Object.fromEntries(own), ...more };
}

/** Runs the binary; `said` is all that it has printed so far. */
function run(args, env) {
  const child = spawn(BIN, args, { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const run = { child, said: '', listeners: new Set() };
  const hear = (chunk) => {
    run.said += chunk;
    for (const listener of run.listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  run.ended = new Promise((resolve) => {
    child.once('error', (error) => {
      hear(`${error}`);
      resolve('error');
    });
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  return run;
}

/** Waits until something has been printed. */
async function printed(run, pattern) {
  let wake;
  const found = new Promise((resolve) => {
    wake = () => {
      const match = pattern.exec(run.said);
      if (match) resolve(match);
    };
  });
  run.listeners.add(wake);
  wake();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not started in time:\n${run.said}`)), START_MS);
  });
  const dead = run.ended.then((how) => {
    throw new Error(`ended (${how}) before it was ready:\n${run.said}`);
  });
  try {
    return await Promise.race([found, late, dead]);
  } finally {
    clearTimeout(timer);
    run.listeners.delete(wake);
    dead.catch(() => {});
  }
}

/** Ends the process the polite way; its exit code. */
async function end(run) {
  run.child.kill('SIGTERM');
  const timer = setTimeout(() => run.child.kill('SIGKILL'), STOP_MS);
  const how = await run.ended;
  clearTimeout(timer);
  return how;
}

/** The demo: `url` of the portal, `sandbox` of the outside world; with more flags where a test needs them. */
export async function startDemo(...flags) {
  const data = await scratch();
  const listen = ['--listen', '127.0.0.1:0', '--sandbox-listen', '127.0.0.1:0'];
  const demo = run(['demo', '--data', data.folder, ...listen, ...flags]);
  try {
    const [, url] = await printed(demo, /ready: (http:\/\/localhost:\d+)\n/);
    const [, sandbox] = await printed(demo, /sandbox:\s+(http:\/\/127\.0\.0\.1:\d+)\n/i);
    return {
      url,
      sandbox,
      async stop() {
        const how = await end(demo);
        const leaked = [...leaks(demo.said), ...(await leaksOfFiles(data.folder))];
        await data.remove();
        if (how !== 0) throw new Error(`the demo ended with ${how}:\n${demo.said}`);
        if (leaked.length > 0) throw new Error(`in clear in the log or the database: ${leaked.join(', ')}`);
      },
    };
  } catch (error) {
    demo.child.kill('SIGKILL');
    await data.remove();
    throw error;
  }
}

/** The product alone; ready when its own word says so. */
export async function startServe(args, env, internal) {
  const serve = run(['serve', ...args, '--internal-listen', `127.0.0.1:${internal}`], env);
  const stop = () => end(serve);
  const until = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${internal}/readyz`).catch(() => null);
    if (answer?.ok) return { stop };
    const how = await Promise.race([serve.ended, new Promise((r) => setTimeout(r, 50, null))]);
    if (how !== null || Date.now() > until) {
      await stop();
      throw new Error(`serve did not become ready (${how}):\n${serve.said}`);
    }
  }
}
