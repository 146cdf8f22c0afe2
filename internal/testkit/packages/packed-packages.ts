import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The files that compile the packages, besides the packages. */
const BUILD = ['package.json', 'tsconfig.json', 'LICENSE', 'scripts/packages.mjs'];
const COMPILER = ['typescript', '@typescript'];

export interface PackedPackage {
  readonly name: string;
  /** The size of the packed file in bytes. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

export interface PackedPackages {
  /** An empty project outside this repository, in which the packages are installed. */
  readonly folder: string;
  readonly packages: readonly PackedPackage[];
  /** What publint and "Are the types wrong?" find fault with, a line each. */
  problems(): Promise<string>;
  /** Makes a package of this repository's node_modules visible in the project. */
  link(name: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Packs packages of this repository as `npm pack` does, from a copy of the sources, and installs them without the
 * network.
 * @param names folders below packages/; a package comes with those that it depends on
 */
export async function packPackages(...names: readonly string[]): Promise<PackedPackages> {
  const home = await mkdtemp(join(tmpdir(), 'hukz-packed-'));
  const [clone, folder] = [join(home, 'clone'), join(home, 'project')];
  await mkdir(join(clone, 'node_modules'), { recursive: true });
  await mkdir(folder);
  const isSource = (path: string) => !/[\\/](?:dist|node_modules)(?:[\\/]|$)/.test(path.slice(resolve('.').length));
  await cp(resolve('packages'), join(clone, 'packages'), { recursive: true, filter: isSource });
  for (const file of BUILD) await cp(file, join(clone, file));
  for (const name of COMPILER) await symlink(resolve('node_modules', name), join(clone, 'node_modules', name));
  const workspaces = names.flatMap((name) => ['-w', `packages/${name}`]);
  const { stdout } = await run('npm', ['pack', '--json', ...workspaces, '--pack-destination', folder], { cwd: clone });
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.tgz')).map((file) => `./${file}`);
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...files], { cwd: folder });
  return {
    folder,
    packages: JSON.parse(stdout) as readonly PackedPackage[],
    problems: () => packageProblems(files.map((file) => join(folder, file))),
    link: (name) => symlink(resolve('node_modules', name), join(folder, 'node_modules', name)),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

/** Judges packed files by `scripts/package-problems.mjs`, which prints a line per problem and then exits with 1. */
export async function packageProblems(files: readonly string[]): Promise<string> {
  const script = resolve('scripts/package-problems.mjs');
  try {
    return (await run(process.execPath, [script, ...files])).stdout;
  } catch (error) {
    const { stdout = '' }: { readonly stdout?: string } = Object(error);
    if (stdout === '') throw error;
    return stdout;
  }
}
