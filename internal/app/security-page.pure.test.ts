import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from '@jest/globals';

const page = readFileSync('docs/security.md', 'utf8');
const tests = ['internal', 'config'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join(folder, path)),
);

const isThere = (named: string) => {
  if (!named.includes('/')) return tests.some((path) => basename(path) === named);
  const [folder = '', end = ''] = named.split('*');
  return named.includes('*') ? tests.some((path) => path.startsWith(folder) && path.endsWith(end)) : existsSync(named);
};

it('each test that docs/security.md names exists', () => {
  const named = [...page.matchAll(/`([\w/*.-]+\.test\.ts)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});

it('each claim of docs/security.md is followed by its tests', () => {
  const claims = page.split(/^## /m).slice(1).flatMap(blocksOf);
  expect(claims.length).toBeGreaterThan(70);
  // A block that ends with a colon introduces the claims behind it.
  expect(claims.filter((block) => !NAMES_A_TEST.test(block) && !block.endsWith(':'))).toEqual([]);
});

it('each scenario that docs/security.md names exists', () => {
  const scenarios = [...page.matchAll(/npm run faults -- ([a-z-]+)/g)].map(([, name = '']) => name);
  expect(scenarios.length).toBeGreaterThan(3);
  expect(scenarios.filter((name) => !existsSync(`faults/scenarios/${name}.ts`))).toEqual([]);
});

const NAMES_A_TEST = /`[\w/.-]+\.test\.ts`|`npm run faults -- /;

/** The paragraphs and list items of a section, each with its nested items and with the paragraph of tests behind it. */
function blocksOf(section: string): readonly string[] {
  const [, ...lines] = section.split('\n');
  const starts = /^(?:- |\d+\. )/;
  const blocks: string[] = [];
  let isOpen = false;
  for (const line of lines) {
    const continues = line.startsWith(' ') || (isOpen && !starts.test(line)) || line.startsWith('Tests: ');
    if (line === '') isOpen = false;
    else if (continues) blocks.push(`${blocks.pop() ?? ''}\n${line}`);
    else blocks.push(line);
    if (line !== '') isOpen = true;
  }
  return blocks;
}
