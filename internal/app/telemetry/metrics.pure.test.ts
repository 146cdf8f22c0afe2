import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { makeMetrics } from './metrics.js';

interface Family {
  readonly name: string;
  readonly type: string;
  readonly values: readonly { readonly value: number; readonly labels: Readonly<Record<string, unknown>> }[];
}

const families = async () => (await makeMetrics(() => 0).report()) as readonly Family[];
const ours = async () => (await families()).filter(({ name }) => name.startsWith('hukz_'));

it('every attempt outcome is a series from the start', async () => {
  const attempts = (await ours()).find(({ name }) => name === 'hukz_attempts_total');
  expect(attempts?.values.map(({ labels, value }) => [labels.outcome, value])).toEqual([
    ['delivered', 0],
    ['failed', 0],
    ['dead', 0],
    ['local_fault', 0],
  ]);
});

it('every metric of ours has its series from the start, all of them 0', async () => {
  // The labels of this metric are known when the service has started.
  const all = (await ours()).filter(({ name }) => name !== 'hukz_info');
  expect(all.length).toBeGreaterThan(8);
  for (const { name, values } of all) {
    expect([name, values.length]).not.toEqual([name, 0]);
    expect([name, values.filter(({ value }) => value !== 0)]).toEqual([name, []]);
  }
});

it('no label of a metric is a text that a publisher, a user of the API or a tenant writes', async () => {
  const sources = [
    readFileSync('internal/app/telemetry/metrics.ts', 'utf8'),
    readFileSync('internal/app/telemetry/refused-counter.ts', 'utf8'),
    readFileSync('internal/app/telemetry/owed-gauges.ts', 'utf8'),
  ];
  const names = sources
    .flatMap((source) => [...source.matchAll(/labelNames: \[([^\]]*)\]/g)])
    .flatMap(([, list = '']) => list.split(', '));
  const ours = [
    'version',
    'guarantee',
    'promise',
    'outcome',
    'kind',
    'statement',
    'verdict',
    'table',
    'reason',
    'pool',
    'limit',
  ];
  expect([...new Set(names)].sort()).toEqual(ours.map((name) => `'${name}'`).sort());
});

it('the backlog is shown as it was measured last', async () => {
  const metrics = makeMetrics(() => 0);
  metrics.onBacklog({ deliveries: 12, oldestSeconds: 3.5 });
  metrics.onBacklog({ deliveries: 7, oldestSeconds: 1.25 });
  expect(await metrics.text()).toMatch(/^hukz_deliveries_due 7$/m);
  expect(await metrics.text()).toMatch(/^hukz_oldest_due_seconds 1.25$/m);
});

it('each reason of parked deliveries is a series from the start, and shows what was counted last', async () => {
  const metrics = makeMetrics(() => 0);
  const reasons = ['disabled', 'paused', 'circuit_open', 'ordered', 'unparking'];
  for (const reason of reasons)
    expect(await metrics.text()).toContain(`hukz_deliveries_parked{reason="${reason}"} 0\n`);
  metrics.onStalled({ parked: new Map([['paused', 9]]), deadLetters: 40 });
  metrics.onStalled({ parked: new Map([['paused', 3]]), deadLetters: 41 });
  expect(await metrics.text()).toMatch(/^hukz_deliveries_parked\{reason="paused"\} 3$/m);
  expect(await metrics.text()).toMatch(/^hukz_dead_letters 41$/m);
});
