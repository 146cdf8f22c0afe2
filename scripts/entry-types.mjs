// `node scripts/entry-types.mjs`, before `npm pack`: writes the types of `hukz/embedded` into dist/, which are those of
// the entry and of the files that they import. The types of all other files are not published.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const ENTRY = 'internal/embedded/embedded.d.ts';
const IMPORT = /\bfrom '(\.{1,2}\/[^']+)\.js'/g;

/** Writes the types below a folder, and returns their paths in it. */
export function writeEntryTypes(root, folder) {
  const made = mkdtempSync(join(tmpdir(), 'hukz-types-'));
  try {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['-p', 'tsconfig.embedded.json', '--emitDeclarationOnly', '--outDir', made];
    const { status } = spawnSync(process.execPath, [compiler, ...options], { cwd: root, stdio: ['inherit', 2, 2] });
    if (status !== 0) throw new Error('the types of hukz/embedded could not be compiled');
    const paths = reachable(made, join(made, ENTRY)).map((path) => relative(made, path));
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      copyFileSync(join(made, path), join(folder, path));
    }
    return paths;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function reachable(made, entry) {
  const found = new Set([entry]);
  // A set that grows while it is walked is walked to its end.
  for (const path of found) {
    for (const [, target] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
      const next = join(dirname(path), `${target}.d.ts`);
      if (!existsSync(next)) throw new Error(`${relative(made, path)} imports ${target}, which has no types`);
      found.add(next);
    }
  }
  return [...found];
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  console.log(`types: ${writeEntryTypes(root, join(root, 'dist')).length} files`);
}
