import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from '@jest/globals';

const page = readFileSync('docs/security.md', 'utf8').replaceAll(/\s+/g, ' ');
const sections = readFileSync('docs/security.md', 'utf8').split(/^## /m).slice(1);
const tests = ['internal', 'config', 'cmd'].flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => `${room}/${path}`),
);

/** The test files for a path, or for a file name that is unique. A star means any name. */
function filesOf(named: string): readonly string[] {
  if (named.includes('*')) {
    const [before = '', after = ''] = named.split('*');
    return tests.filter((path) => path.startsWith(before) && path.endsWith(after));
  }
  if (named.includes('/')) return existsSync(named) ? [named] : [];
  return tests.filter((path) => basename(path) === named);
}

/** Each mention of a file, and the titles in parentheses after it. */
const named = [...page.matchAll(/`([^`\s]+\.test\.ts)`(?: \(([^()]*)\))?/g)].map(([, file = '', words = '']) => ({
  file,
  titles: [...words.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title.replace(/,? …$/, '').trim()),
}));

it('docs/security.md names tests that are there, each by one path', () => {
  expect(named.length).toBeGreaterThan(40);
  const wrong = named.filter(({ file }) => !file.includes('*') && filesOf(file).length !== 1);
  expect(wrong).toEqual([]);
  expect(named.filter(({ file }) => filesOf(file).length === 0)).toEqual([]);
});

it('docs/security.md quotes titles that its tests have', () => {
  const titled = named.flatMap(({ file, titles }) => titles.map((title) => ({ file, title })));
  expect(titled.length).toBeGreaterThan(5);
  const hasTitle = ({ file, title }: { file: string; title: string }) =>
    filesOf(file).some((path) => readFileSync(path, 'utf8').includes(title));
  expect(titled.filter((one) => !hasTitle(one))).toEqual([]);
});

it('each section of docs/security.md says by which tests it is held', () => {
  const untested = sections.filter((text) => !/\b(?:Tested|Shown)\b[\s\S]*\.test\.ts`/.test(text));
  expect(untested.map((text) => text.split('\n')[0])).toEqual([]);
});
