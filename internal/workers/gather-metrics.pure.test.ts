import { expect, it } from '@jest/globals';
import { gatherMetrics } from './gather-metrics.js';

it('what the parent of workers refuses itself is counted among what they refuse', async () => {
  const report = async () => [
    {
      name: 'hukz_api_refused_total',
      help: 'of a worker',
      type: 'counter',
      values: [{ value: 3, labels: { reason: 'metrics_token' } }],
      aggregator: 'sum',
    },
  ];
  const workers = [{ report }];
  const gathering = gatherMetrics({ reporters: () => workers, running: () => 1, replaced: () => 0 });
  gathering.onRefused('metrics_token');
  gathering.onRefused('origin');
  const text = await gathering.text();
  expect(text).toContain('hukz_api_refused_total{reason="metrics_token"} 4');
  expect(text).toContain('hukz_api_refused_total{reason="origin"} 1');
});
