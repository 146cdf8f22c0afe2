// `node scripts/run.mjs <command> …`: install what is missing, build, then hukz itself in this same process.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function first(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}

const needs = process.argv[2] === 'up' ? ['--nats-server-unless-given'] : [];
first(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), ...needs]);
first('npm', ['run', '--silent', 'build']);
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
