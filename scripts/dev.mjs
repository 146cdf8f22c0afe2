// `npm run dev`: `hukz up`, built again and restarted whenever a source file changes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, needsCompilation } from './compile.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = ['cmd', 'config', 'internal', 'migrations', 'packages'];
/** An editor writes a file in several steps, and a branch changes many files. */
const SETTLE_MS = 200;

function start() {
  return spawn(process.execPath, [join(root, 'dist', 'cmd', 'hukz.js'), 'up'], { cwd: root, stdio: 'inherit' });
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Builds the sources. If they do not compile, the running program stays. */
async function rebuild() {
  console.log('\nhukz: a source file has changed; building …');
  if (!compile(root)) return;
  await stop(up);
  if (!isEnding) up = start();
}

const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), '--nats-server-unless-given'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0 || (needsCompilation(root) && !compile(root))) process.exit(1);
let up = start();
let isEnding = false;
let settling;
let work = Promise.resolve();
const watchers = SOURCES.map((directory) =>
  watch(join(root, directory), { recursive: true }, (_event, file) => {
    if (!file?.endsWith('.ts') || /\.(?:test|d)\.ts$/.test(file)) return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      work = work.then(rebuild);
    }, SETTLE_MS);
  }),
);

async function end() {
  if (isEnding) return;
  isEnding = true;
  clearTimeout(settling);
  for (const watcher of watchers) watcher.close();
  await stop(up);
  process.exit(0);
}
// npm passes a SIGTERM to the shell between npm and this process. The shell dies without passing it on, so a changed
// parent process is the signal to stop.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && end(), 500);
process.on('SIGINT', end);
process.on('SIGTERM', end);
