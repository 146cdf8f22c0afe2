// `node scripts/complete-lock.mjs`, after every `npm install <package>`. If a registry lacks the optional packages of
// other platforms, npm leaves them out of package-lock.json, and `npm ci` then refuses the lock everywhere. This
// script writes the missing entries: the exact version that the parent asks for, the platform from the package's
// name, and the hash of the content from the registry. It also adds hashes that npm left out of other entries.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'windows'];
const lock = JSON.parse(readFileSync(FILE, 'utf8'));

function entryFor(name, version, parent) {
  const words = name.split('/').at(-1).split('-');
  const system = words.find((word) => SYSTEMS.includes(word));
  if (!system || !/^\d+\.\d+\.\d+/.test(version)) return undefined;
  const cpu = words[words.indexOf(system) + 1];
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : undefined;
  const os = system === 'windows' ? 'win32' : system;
  return { version, cpu: [cpu], ...(parent.dev && { dev: true }), ...(libc && { libc }), optional: true, os: [os] };
}

let added = 0;
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const entry = lock.packages[path] ? undefined : entryFor(name, version, parent);
    if (!entry) continue;
    lock.packages[path] = entry;
    added += 1;
  }
}
let hashed = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (!path.startsWith('node_modules/') || entry.integrity || entry.link) continue;
  const name = path.split('node_modules/').at(-1);
  entry.integrity = execFileSync('npm', ['view', `${name}@${entry.version}`, 'dist.integrity'], {
    encoding: 'utf8',
  }).trim();
  hashed += 1;
}
const [own, ...others] = Object.entries(lock.packages);
others.sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries([own, ...others]);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${FILE}: ${added} entries and ${hashed} hashes added`);
