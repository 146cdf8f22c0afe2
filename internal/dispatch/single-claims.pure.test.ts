import { expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { eventually } from '../testkit/eventually.js';
import { DISPATCH_LIMITS, quietDispatch } from '../testkit/quiet-dispatch.js';
import { makeDispatch } from './dispatch.js';

const body = new Uint8Array(1);
const message = { id: 'm', receivedAt: 0, subject: 'a', headers: [], payload: body, body };

/** A store with one delivery. Its claim is committed immediately and answered on request. */
function makeSlowStore() {
  const delivery: OwnedDelivery = { id: 'a', message, webhookId: 1, owner: 'me', attempts: 0, countedFailures: 0 };
  let owner: string | undefined;
  let isDue = false;
  let isOwed = true;
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const sent: string[] = [];
  const ports = quietDispatch({
    claims: {
      async claimNext() {
        if (!isOwed || owner !== undefined) return [];
        owner = 'me';
        await answered;
        return [delivery];
      },
      async claim() {
        if (!isOwed || !isDue || owner !== undefined) return { deliveries: [], lost: 0 };
        owner = 'me';
        return { deliveries: [delivery], lost: 0 };
      },
      async unclaimStrays(isResident) {
        if (!isOwed || owner === undefined || isResident(delivery.id)) return 0;
        [owner, isDue] = [undefined, true];
        return 1;
      },
    },
    sending: {
      async send({ id }) {
        sent.push(id);
        return { kind: 'answered', status: 200, body };
      },
    },
    ends: {
      async settle() {
        isOwed = false;
      },
    },
  });
  return { ports, sent, answer: () => answer(), isOwed: () => isOwed };
}

const aFewTurns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
};

it('the next of a key whose claim is committed and not answered yet is no stray: it is sent once', async () => {
  const { ports, sent, answer, isOwed } = makeSlowStore();
  const dispatch = makeDispatch(ports, DISPATCH_LIMITS);
  dispatch.advance(1, 'key');
  dispatch.suspectStrays();
  dispatch.start();
  await aFewTurns();
  answer();
  await aFewTurns();
  await eventually(() => !isOwed(), { what: 'the settle' });
  await dispatch.stop(1000);
  expect(sent).toEqual(['a']);
});

it('a claim of the next of a key waits for a look for strays that has begun', async () => {
  const { ports, sent, answer } = makeSlowStore();
  const steps: string[] = [];
  let endLook: () => void = () => undefined;
  const lookEnds = new Promise<void>((resolve) => {
    endLook = resolve;
  });
  const dispatch = makeDispatch(
    {
      ...ports,
      claims: {
        ...ports.claims,
        async unclaimStrays() {
          await lookEnds;
          steps.push('looked');
          return 0;
        },
        async claimNext(keys) {
          steps.push('claimed');
          return ports.claims.claimNext(keys);
        },
      },
    },
    DISPATCH_LIMITS,
  );
  dispatch.suspectStrays();
  dispatch.start();
  dispatch.advance(1, 'key');
  await aFewTurns();
  endLook();
  answer();
  await eventually(() => sent.length === 1, { what: 'the request' });
  await dispatch.stop(1000);
  expect(steps).toEqual(['looked', 'claimed']);
});
