interface Entry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** The modules of Node that find files, which Deno and Bun have too. */
interface Files {
  readonly 'node:fs/promises': {
    readdir(path: string, options: { withFileTypes: true }): Promise<readonly Entry[]>;
  };
  readonly 'node:path': { resolve(...parts: readonly string[]): string };
  readonly 'node:url': { pathToFileURL(path: string): URL };
}

interface WithBuiltins {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/**
 * Imports the files that a glob names, in the order of their paths. `*` is any part of a name, and `**` any folders
 * except `node_modules`, whose modules belong to others.
 * @throws {TypeError} if no file has such a name
 */
export async function modulesOf(glob: string): Promise<readonly unknown[]> {
  const { resolve } = builtin('node:path');
  const { pathToFileURL } = builtin('node:url');
  const pattern = patternOf(resolve(glob).replaceAll('\\', '/'));
  const fixed = glob.slice(0, glob.search(/[*]|$/)).replace(/[^/]*$/, '');
  const levels = glob.includes('**') ? Number.POSITIVE_INFINITY : glob.slice(fixed.length).split('/').length;
  const found = await filesBelow(resolve(fixed), levels);
  const paths = found.filter((path) => pattern.test(path.replaceAll('\\', '/'))).sort();
  if (paths.length === 0) throw new TypeError(`no file matches ${glob}`);
  const load = (path: string): Promise<unknown> => import(/* @vite-ignore */ /* webpackIgnore: true */ path);
  return Promise.all(paths.map((path) => load(pathToFileURL(path).href)));
}

/** The files of a folder, and of the folders in it down to the given level. Links to folders are not followed. */
async function filesBelow(folder: string, levels: number): Promise<readonly string[]> {
  const { resolve } = builtin('node:path');
  const entries = await builtin('node:fs/promises').readdir(folder, { withFileTypes: true }).catch(noneIfMissing);
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => resolve(folder, name));
  if (levels <= 1) return files;
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
  const inner = await Promise.all(folders.map(({ name }) => filesBelow(resolve(folder, name), levels - 1)));
  return [...files, ...inner.flat()];
}

/** The modules of Node are asked for here, because a bundler for browsers could not resolve imports of them. */
function builtin<Name extends keyof Files>(name: Name): Files[Name] {
  const { process }: WithBuiltins & typeof globalThis = globalThis;
  const found = process?.getBuiltinModule?.(name);
  if (!found) throw new TypeError('there are no files here to discover: give discover() the modules');
  return found as Files[Name];
}

function noneIfMissing(error: unknown): readonly Entry[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}

const SPECIAL = /[.+?^${}()|[\]\\]/g;

function patternOf(glob: string): RegExp {
  const source = glob
    .replaceAll(SPECIAL, '\\$&')
    .replaceAll(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'));
  return new RegExp(`^${source}$`);
}
