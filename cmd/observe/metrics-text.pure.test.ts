import { describe, expect, it } from '@jest/globals';
import { rateOf, readMetrics, sumOf } from './metrics-text.js';

const TEXT = `# HELP hukz_attempts_total attempts
# TYPE hukz_attempts_total counter
hukz_attempts_total{outcome="delivered"} 120
hukz_attempts_total{outcome="dead"} 3
hukz_deliveries_due 7
hukz_oldest_due_seconds 1.5e1
no metric
`;

describe('metrics', () => {
  it('are summed over their series, or over those with a label', () => {
    const metrics = readMetrics(TEXT, 0);
    expect(sumOf(metrics, 'hukz_attempts_total')).toBe(123);
    expect(sumOf(metrics, 'hukz_attempts_total', 'outcome="dead"')).toBe(3);
    expect(sumOf(metrics, 'hukz_oldest_due_seconds')).toBe(15);
    expect(sumOf(metrics, 'hukz_deliveries_due', 'outcome="dead"')).toBeUndefined();
    expect(sumOf(metrics, 'no')).toBeUndefined();
  });

  it('of two times give rates per second, also after a restart', () => {
    const [earlier, later] = [
      readMetrics(TEXT, 1000),
      readMetrics('hukz_deliveries_due 20\nhukz_attempts_total 4', 3000),
    ];
    expect(rateOf(earlier, later, 'hukz_deliveries_due')).toBe(6.5);
    expect(rateOf(earlier, later, 'hukz_attempts_total')).toBe(2);
    expect(rateOf(earlier, later, 'hukz_other')).toBeUndefined();
    expect(rateOf(earlier, earlier, 'hukz_deliveries_due')).toBeUndefined();
  });
});
