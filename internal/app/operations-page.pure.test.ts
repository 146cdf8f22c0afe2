import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { DEGRADATION_REASONS } from '../domain/streams/degradation.js';

const page = readFileSync('docs/operations.md', 'utf8');
/** Names in backticks without their labels: `hukz_x{reason}` is `hukz_x`. */
const explained = new Set(
  [...page.matchAll(/`([^`\n]+)`/g)].flatMap(([, text = '']) =>
    text.split(/[,\s]+/).map((word) => word.replace(/\{.*$/, '')),
  ),
);

const isProgram = (path: string) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('testkit/');
const sourcesOf = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(isProgram)
    .map((path) => readFileSync(join(directory, path), 'utf8'));
const namesIn = (sources: readonly string[], pattern: RegExp) =>
  [...new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name = '']) => name)))].sort();

const programs = [...sourcesOf('internal'), ...sourcesOf('cmd')];
/** The lines are logged where they are named, or by `waitFor`, a seldom warning or a loop, which get the name. */
const lines = namesIn(programs, /(?:\.(?:error|warn|info|debug)\(\s*|\bwarn\(\s*|\bline: )'([a-z_]+\.[a-z_]+)'/g);
/** The names of a table and a channel of the database. */
const OTHER_NAMES = ['hukz_migrations', 'hukz_catalog', 'hukz_tokens'];
const metrics = namesIn([...sourcesOf('internal/app'), ...sourcesOf('internal/workers')], /'(hukz_[a-z_]+)'/g).filter(
  (name) => !OTHER_NAMES.includes(name),
);

it('docs/operations.md says of every log line what to do', () => {
  expect(lines.length).toBeGreaterThan(90);
  expect(lines.filter((name) => !explained.has(name))).toEqual([]);
});

it('a log line is named where it is logged, so that it can be found', () => {
  const others = namesIn(programs, /ogger\.((?:error|warn|info|debug)\(\s*[^'\s][^,)]*)/g);
  expect(others).toEqual(['warn(line', 'warn(name', 'warn(options.line']);
});

it('a loop logs a failure once per change and not once per round', () => {
  const everyRound = namesIn(programs, /onError: \(error\) => [\w.]*warn\('([a-z_]+\.[a-z_]+)'/g);
  // `Floors` calls this only for a stream that answered before.
  expect(everyRound).toEqual(['order.look_failed']);
});

it('docs/operations.md says of every metric what to do', () => {
  expect(metrics.length).toBeGreaterThan(40);
  expect(metrics.filter((name) => !explained.has(name))).toEqual([]);
});

it('docs/operations.md explains each reason of a degradation in one row', () => {
  const [, table = ''] = page.split(/^ {2}\| `reason` \| meaning \|$/m);
  const [rows = ''] = table.split('\n\n');
  const explainedReasons = [...rows.matchAll(/^ {2}\| `([a-z_]+)` \|/gm)].map(([, name = '']) => name);
  expect(explainedReasons.sort()).toEqual([...DEGRADATION_REASONS].sort());
});

it('docs/operations.md names no log line and no metric that is not there', () => {
  const known = new Set([...lines, ...metrics, ...OTHER_NAMES]);
  const named = [...page.matchAll(/`(hukz_[a-z_]+)[`{]/g)].map(([, name = '']) => name);
  // A section that explains a log line begins with the name in bold.
  const bold = [...page.matchAll(/\*\*([^*]+)\*\*/g)].flatMap(([, text = '']) => [
    ...text.matchAll(/`([a-z_]+\.[a-z_]+)`/g),
  ]);
  const wrong = [...named, ...bold.map(([, name = '']) => name)].filter((name) => !known.has(name));
  expect(wrong).toEqual([]);
});
