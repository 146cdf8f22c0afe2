// `node scripts/links.mjs`, part of `npm run verify`: checks that every relative link and anchor of a page has a
// target, and that every file of this repository that a page names in backticks exists.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { brokenLinks, missingTests } from './links/broken-links.mjs';

const FOLDERS = ['.ci', 'bench', 'cmd', 'config', 'docs', 'faults', 'internal', 'migrations', 'packages', 'scripts'];
/** Entries of earlier releases name the files of their time. */
const HISTORY = 'CHANGELOG.md';

const files = new Set([
  ...readdirSync('.', { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : [])),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => normalize(join(folder, path))),
  ),
]);
const pages = [...files].filter((path) => path.endsWith('.md'));
const has = (path) => files.has(normalize(path)) || existsSync(path);
const read = (path) => readFileSync(path, 'utf8');

const broken = pages.flatMap((page) => {
  const text = read(page);
  const links = brokenLinks({ page, text, folder: dirname(page), files, has, read, withNames: page !== HISTORY });
  return [...links, ...missingTests({ page, text, has, read })];
});
for (const line of broken) console.error(line);
console.log(`links: ${pages.length} pages, ${broken.length} broken`);
process.exitCode = broken.length > 0 ? 1 : 0;
