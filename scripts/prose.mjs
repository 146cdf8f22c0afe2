// `node scripts/prose.mjs [path …]`, part of `npm run verify`: checks the language of the pages, the configuration
// sentences and the comments. Without paths it reads all of them except the entries of `prose/not-yet.mjs`.
import { readdirSync, readFileSync } from 'node:fs';
import { lint } from './prose/lint.mjs';
import { DONE_WITHIN, NOT_YET } from './prose/not-yet.mjs';

const PAGES = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'config.yml'];
const PAGE_FOLDERS = ['docs', 'bench', 'faults'];
const SOURCE_FOLDERS = ['cmd', 'config', 'internal', 'migrations', 'bench', 'faults', 'scripts'];
const SHOWN = 60;

const filesIn = (folder, pattern) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => pattern.test(path))
    .map((path) => `${folder}/${path}`);

const all = () => [
  ...PAGES,
  ...PAGE_FOLDERS.flatMap((folder) => filesIn(folder, /\.md$/)),
  ...SOURCE_FOLDERS.flatMap((folder) => filesIn(folder, /\.(ts|mjs)$/)),
];

const asked = process.argv.slice(2);
const notYet = asked.length > 0 ? [] : NOT_YET;
const isSourceIn = (folder, path) => folder.endsWith('/') && path.startsWith(folder) && !path.endsWith('.md');
const isDone = (path) => DONE_WITHIN.some((folder) => isSourceIn(folder, path));
const entryOf = (path) =>
  isDone(path) ? undefined : notYet.find((entry) => path === entry || isSourceIn(entry, path));
const used = new Set();
const found = [];
for (const path of new Set(asked.length > 0 ? asked : all())) {
  const problems = lint(path, readFileSync(path, 'utf8'));
  const entry = entryOf(path);
  if (entry === undefined) found.push(...problems.map(({ line, what }) => `${path}:${line}: ${what}`));
  else if (problems.length > 0) used.add(entry);
}

const done = notYet.filter((entry) => !used.has(entry));
for (const entry of done) console.error(`scripts/prose/not-yet.mjs: ${entry} is done, take it out of the list`);
for (const line of found.slice(0, SHOWN)) console.error(line);
if (found.length > SHOWN) console.error(`… and ${found.length - SHOWN} more`);
console.log(`prose: ${found.length} problems, ${notYet.length} entries not done yet`);
process.exitCode = found.length + done.length > 0 ? 1 : 0;
