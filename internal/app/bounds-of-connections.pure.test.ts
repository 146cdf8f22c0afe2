import { expect, it } from '@jest/globals';
import type { Config } from '../../config/config.js';
import { allowedConnections } from './bounds-of-connections.js';

const config = {
  connections: { max: 1000, maxToMetrics: 50, answerTimeoutMs: 120_000 },
  dispatch: { maxInFlight: 512 } as Config['dispatch'],
  database: { apiPool: 10, journalPool: 6 } as Config['database'],
};

it.each([
  [Number.POSITIVE_INFINITY, 1000],
  [65_536, 1000],
  [1024, 1024 - 512 - 10 - 6 - 50 - 100],
  [256, 10],
])('of %d open files, %d are for callers of the API', (openFiles, allowed) => {
  expect(allowedConnections(config, openFiles)).toBe(allowed);
});
