// `node scripts/prose.mjs [path …]`, part of `npm run verify`: checks the language of the pages, the configuration
// sentences and the comments. Without paths it reads all of them.
import { readdirSync, readFileSync } from 'node:fs';
import { lint } from './prose/lint.mjs';

const PAGES = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'config.yml'];
const PAGE_FOLDERS = ['docs', 'bench', 'faults', 'packages'];
const SOURCE_FOLDERS = ['cmd', 'config', 'internal', 'migrations', 'bench', 'faults', 'packages', 'scripts'];
const COMPILED = /(?:^|\/)(?:dist|node_modules)\//;
/** Types with the descriptions of the API, which are checked where they are written. */
const GENERATED = 'packages/client/src/openapi.ts';
const SHOWN = 60;

const filesIn = (folder, pattern) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => pattern.test(path) && !COMPILED.test(path))
    .map((path) => `${folder}/${path}`)
    .filter((path) => path !== GENERATED);

const all = () => [
  ...PAGES,
  ...PAGE_FOLDERS.flatMap((folder) => filesIn(folder, /\.md$/)),
  ...SOURCE_FOLDERS.flatMap((folder) => filesIn(folder, /\.(ts|mjs)$/)),
];

const asked = process.argv.slice(2);
const found = [];
for (const path of new Set(asked.length > 0 ? asked : all()))
  found.push(...lint(path, readFileSync(path, 'utf8')).map(({ line, what }) => `${path}:${line}: ${what}`));

for (const line of found.slice(0, SHOWN)) console.error(line);
if (found.length > SHOWN) console.error(`… and ${found.length - SHOWN} more`);
console.log(`prose: ${found.length} problems`);
process.exitCode = found.length > 0 ? 1 : 0;
