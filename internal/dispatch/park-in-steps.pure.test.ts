import { expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestWebhook } from '../testkit/kits/test-webhook.js';
import { DISPATCH_LIMITS, quietDispatch } from '../testkit/quiet-dispatch.js';
import { makeDispatch } from './dispatch.js';

const body = new Uint8Array(1);
const message = { id: 'm', receivedAt: 0, subject: 'a', headers: [], payload: body, body };
const due = (id: string, webhookId: number): OwnedDelivery => ({
  id,
  message,
  webhookId,
  owner: 'me',
  attempts: 0,
  countedFailures: 0,
});

it('the first delivery of a suspended webhook makes the others park in steps, of several webhooks in turn', async () => {
  const waiting = new Map([
    [1, 10_007],
    [2, 5000],
    [3, 0],
  ]);
  const claims = [[due('a', 1), due('b', 2), due('c', 1), due('d', 3)]];
  const steps: [webhook: number, resident: number][] = [];
  let sent = 0;
  const dispatch = makeDispatch(
    quietDispatch({
      claims: {
        claim: async () => ({ deliveries: claims.shift() ?? [], lost: 0 }),
        async parkDue(id, limit) {
          const left = waiting.get(id) ?? 0;
          const resident = Math.min(limit, left);
          waiting.set(id, left - resident);
          steps.push([id, resident]);
          return resident;
        },
      },
      sending: {
        send: async () => {
          sent++;
          return { kind: 'answered', status: 200, body };
        },
      },
      webhooks: { find: (id) => makeTestWebhook(id, id === 3 ? {} : { waits: 'paused' }) },
    }),
    DISPATCH_LIMITS,
  );
  dispatch.start();
  await eventually(() => steps.length === 5, { what: 'five steps' });
  await dispatch.stop(0);
  const ofFirst = steps.filter(([id]) => id === 1).map(([, resident]) => resident);
  const ofSecond = steps.filter(([id]) => id === 2).map(([, resident]) => resident);
  expect([ofFirst, ofSecond, sent]).toEqual([[5000, 5000, 7], [5000, 0], 1]);
});
