// Module hooks for `node:module`.register(): lets plain Node import our TypeScript, which names its imports `….js`.
// For what runs outside jest's own module system and before a build, as jest's global setup does.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const OPTIONS = { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } };

export async function resolve(specifier, context, next) {
  const ofOurs = context.parentURL?.endsWith('.ts') && specifier.startsWith('.') && specifier.endsWith('.js');
  return next(ofOurs ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  return { format: 'module', source: await compiled(fileURLToPath(url)), shortCircuit: true };
}

const { version } = JSON.parse(
  readFileSync(new URL('../node_modules/@swc/core/package.json', import.meta.url), 'utf8'),
);

/** The compiled sources, by the digest of each: the tests start hundreds of processes from the same sources. */
const CACHE = new URL('../node_modules/.cache/hukz-typescript/', import.meta.url);

async function compiled(file) {
  const source = await readFile(file, 'utf8');
  const digest = createHash('sha1')
    .update(JSON.stringify([version, OPTIONS, file, source]))
    .digest('hex');
  const kept = new URL(`${digest}.js`, CACHE);
  const known = await readFile(kept, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  const { transform } = await import('@swc/core');
  const { code } = await transform(source, { ...OPTIONS, filename: file, sourceMaps: 'inline' });
  await keep(kept, code);
  return code;
}

/** Another process never reads half of the file. */
async function keep(kept, code) {
  const part = new URL(`${kept.href}.${process.pid}`);
  await mkdir(CACHE, { recursive: true });
  await writeFile(part, code);
  await rename(part, kept);
}
