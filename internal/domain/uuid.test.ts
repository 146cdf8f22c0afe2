import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { uuidAt } from './uuid.js';

it('makes uuids of version 7 that sort by time', () => {
  const early = uuidAt(1_700_000_000_000, randomUUID());
  const late = uuidAt(1_700_000_000_001, randomUUID());
  for (const id of [early, late])
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(early < late).toBe(true);
  expect(new Set(Array.from({ length: 1000 }, () => uuidAt(1, randomUUID()))).size).toBe(1000);
});
