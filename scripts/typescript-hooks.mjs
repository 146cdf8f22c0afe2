// Module hooks for `node:module`.register(): lets plain Node import our TypeScript, which names its imports `….js`.
// For what runs outside jest's own module system and before a build, as jest's global setup does.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const OPTIONS = { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } };

export async function resolve(specifier, context, next) {
  const ofOurs = context.parentURL?.endsWith('.ts') && specifier.startsWith('.') && specifier.endsWith('.js');
  return next(ofOurs ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const file = fileURLToPath(url);
  const { code } = await transform(await readFile(file, 'utf8'), { ...OPTIONS, filename: file, sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
