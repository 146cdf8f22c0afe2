import { randomFillSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { makePositionId } from '../../intake/jetstream/stream-position.js';
import { fc } from '../../testkit/properties.js';
import { makeUuids } from '../message/uuid.js';
import { makeDeliveryIds } from './delivery-id.js';

const makeId = makeUuids((bytes) => randomFillSync(bytes));
const webhook = fc.integer({ min: 1, max: 2 ** 31 - 1 });

it('is a uuid of version 7 of the time of its message', () => {
  const idOf = makeDeliveryIds();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), webhook, (ms, webhookId) => {
      const messageId = makeId(ms);
      const id = idOf(messageId, webhookId);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(id.slice(0, 24)).toBe(messageId.slice(0, 24));
      expect(id).not.toBe(messageId);
    }),
  );
});

it('follows from message and webhook, whatever was asked before', () => {
  const [one, other] = [makeDeliveryIds(), makeDeliveryIds()];
  fc.assert(
    fc.property(webhook, webhook, (a, b) => {
      const [first, second] = [makeId(1), makeId(1)];
      const asked = [one(first, a), one(first, b), one(second, a), one(first, a)];
      expect([other(first, a), other(first, b), other(second, a)]).toEqual(asked.slice(0, 3));
      expect(asked[3]).toBe(asked[0]);
      expect(new Set(asked).size).toBe(a === b ? 2 : 3);
    }),
  );
});

it('is another one for each of 300 webhooks and 300 messages of one millisecond of a stream', () => {
  const idOf = makeDeliveryIds();
  const positionId = makePositionId({ name: 'HUKZ', created: '2026-11-30T09:10:01.784638553Z' });
  const ids = new Set<string>();
  for (let sequence = 1; sequence <= 300; sequence++) {
    const message = positionId({
      streamSequence: sequence,
      consumerSequence: 1,
      delivered: 1,
      storedAt: 1_764_000_000_000,
    });
    for (let webhookId = 1; webhookId <= 300; webhookId++) ids.add(idOf(message, webhookId));
  }
  expect(ids.size).toBe(90_000);
});
