// Compiles the sources into dist/ and knows whether that is necessary. The stamp in dist/ has two hashes: one of the
// sources, as for `npm ci`, and one of the compiled files, so that a change of either side leads to a compilation.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = 'tsconfig.build.json';
/** Besides the sources: the options and the version of the compiler, and `type` in package.json. */
const SETTINGS = ['tsconfig.json', PROJECT, 'package.json', 'package-lock.json'];

const stampOf = (root) => join(root, 'dist', '.compiled');

/** Whether dist/ has anything other than these sources compiled. */
export function needsCompilation(root) {
  try {
    return readFileSync(stampOf(root), 'utf8') !== stampText(hashOf(root, sources(root)), hashOf(root, compiled(root)));
  } catch {
    return true;
  }
}

/** Compiles, and answers whether that has succeeded. The messages of the compiler go to stderr. */
export function compile(root) {
  rmSync(stampOf(root), { force: true });
  // Before the compiler reads them: a source that changes in the meantime is compiled again by the next call.
  const from = hashOf(root, sources(root));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', PROJECT], { cwd: root, stdio: ['inherit', 2, 2] });
  if (status !== 0) return false;
  // The compiler writes files without the permission to execute them.
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const program of Object.values(bin)) chmodSync(join(root, program), 0o755);
  writeFileSync(stampOf(root), stampText(from, hashOf(root, compiled(root))));
  return true;
}

const stampText = (from, to) => `${from}\n${to}\n`;

function sources(root) {
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const isSource = (path) =>
    /\.(?:ts|json)$/.test(path) &&
    !path.endsWith('.test.ts') &&
    !/[\\/](?:dist|node_modules)[\\/]/.test(path.slice(root.length));
  return [
    ...SETTINGS.map((name) => join(root, name)),
    ...include.flatMap((folder) => filesBelow(root, folder)).filter(isSource),
  ];
}

function compiled(root) {
  return filesBelow(root, 'dist').filter((path) => path.endsWith('.js'));
}

function filesBelow(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function hashOf(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const content = readFileSync(path);
    hash.update(`${path.slice(root.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
