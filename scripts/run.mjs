// `node scripts/run.mjs <command> …`: installs what is missing, compiles changed sources, runs hukz in this process.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, needsCompilation } from './compile.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isUp = process.argv[2] === 'up';

/** Does a phase of the start. `up` shows a line per phase, as cmd/up/start-phase.ts does for the phases that follow. */
function phase(name, work) {
  const startedMs = performance.now();
  const note = work();
  if (isUp) {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    process.stdout.write(`${name.padEnd(12)}${seconds.padStart(6)} s  ${note}\n`);
  }
}

phase('installing', () => {
  const needs = isUp ? ['--nats-server-unless-given'] : [];
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), ...needs], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  return 'npm packages and programs are installed';
});
phase('compiling', () => {
  if (!needsCompilation(root)) return 'dist/ is up to date';
  if (!compile(root)) process.exit(1);
  return 'the sources are compiled into dist/';
});
// npm passes a SIGTERM to the shell between npm and this process. The shell dies without passing it on, so a changed
// parent process is the signal to stop.
const parent = process.ppid;
if (process.env.npm_lifecycle_event) {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}
process.argv[1] = join(root, 'dist', 'cmd', 'hukz.js');
await import('../dist/cmd/hukz.js');
