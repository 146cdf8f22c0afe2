import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from '@jest/globals';

const page = readFileSync('docs/security.md', 'utf8');
const oneLine = page.replaceAll(/\s+/g, ' ');
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
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});

it('each title of a test that docs/security.md quotes begins the title of a test', () => {
  const quoted = [...oneLine.matchAll(/test\.ts` \(((?:"[^"]+"(?:, )?)+)\)/g)].flatMap(([, all = '']) =>
    [...all.matchAll(/"([^"]+?),? ?…?"/g)].map(([, title = '']) => title),
  );
  const sources = tests.map((path) => readFileSync(path, 'utf8').replaceAll(/\s+/g, ' '));
  expect(quoted.length).toBeGreaterThan(3);
  expect(quoted.filter((title) => !sources.some((source) => source.includes(title)))).toEqual([]);
});

it('each scenario that docs/security.md names exists, and each section names its tests', () => {
  const scenarios = [...oneLine.matchAll(/npm run faults -- ([a-z-]+)/g)].map(([, name = '']) => name);
  expect(scenarios.filter((name) => !existsSync(`faults/scenarios/${name}.ts`))).toEqual([]);
  const sections = page.split(/^## /m).slice(1);
  expect(sections.filter((section) => !/Tested\s(?:line by line in|by)\s/.test(section))).toEqual([]);
});
