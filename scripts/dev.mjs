// `npm run dev`: `hukz up`, compiled again on every change of a source file and restarted on every change of dist/.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const options = { cwd: root, stdio: 'inherit' };
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

function first(args) {
  if (spawnSync(process.execPath, args, options).status !== 0) process.exit(1);
}

first([join(root, 'scripts', 'bootstrap.mjs'), '--nats-server-unless-given']);
first([tsc, '-p', 'tsconfig.build.json']);
const children = [
  spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], options),
  spawn(process.execPath, ['--watch', '--watch-preserve-output', join(root, 'dist', 'cmd', 'hukz.js'), 'up'], options),
];
// Ctrl-C reaches the children by itself; a SIGTERM, and the end of one of them, do not.
process.on('SIGINT', () => {});
process.on('SIGTERM', stop);
for (const child of children) child.once('exit', stop);

function stop() {
  for (const child of children) child.kill('SIGTERM');
}
