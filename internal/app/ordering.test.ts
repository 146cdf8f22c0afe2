import { describe, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import type { ReceivedRequest } from '../testkit/servers/receiver.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useAppKit({ HUKZ_RETRY_SCHEDULE: '50ms,50ms' }, 2);
let events = 0;

interface Step {
  readonly key: string;
  readonly no: number;
}

const stepOf = (request: ReceivedRequest): Step => JSON.parse(request.body.toString()).payload;

async function make(settings: object) {
  const subject = `ordered.${++events}`;
  const id = await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event(subject)], settings);
  /** Publishes one message after the other, each after the commit of the previous one. */
  const publish = async (steps: readonly Step[]) => {
    for (const step of steps) {
      const headers = natsHeaders();
      headers.set('Order-Id', step.key);
      await requestReceipt(kit.nats, { subject, payload: JSON.stringify(step) }, { headers });
    }
  };
  return { id, publish };
}

const steps = (keys: readonly string[], count: number): readonly Step[] =>
  Array.from({ length: count }, (_, no) => keys.map((key) => ({ key, no }))).flat();
const finish = (what: string, condition: () => boolean | Promise<boolean>) =>
  eventually(condition, { what, timeoutMs: 15_000 });

/** Answers requests, and notes whenever two requests of a key are open at the same time. */
function watch(failing: (step: Step, tries: number) => boolean = () => false) {
  const open = new Set<string>();
  const tries = new Map<string, number>();
  const done: Step[] = [];
  let overlaps = 0;
  kit.receiver.behave(async (request) => {
    const step = stepOf(request);
    if (open.has(step.key)) overlaps++;
    open.add(step.key);
    for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate);
    open.delete(step.key);
    const id = `${step.key} ${step.no}`;
    const count = (tries.get(id) ?? 0) + 1;
    tries.set(id, count);
    if (failing(step, count)) return { status: 500 };
    done.push(step);
    return { status: 200 };
  });
  const numbersOf = (key: string) => done.filter((step) => step.key === key).map(({ no }) => no);
  return { done, numbersOf, overlaps: () => overlaps };
}

const upTo = (count: number) => Array.from({ length: count }, (_, no) => no);

describe('an ordered webhook', () => {
  it.each([
    ['a header', { header: 'Order-Id' }],
    ['a JSON pointer', { pointer: '/key' }],
  ])('gets the messages of each key, by %s, one after the other', async (_name, ordering) => {
    const { publish } = await make({ ordering });
    const seen = watch((step, tries) => step.no === 3 && step.key === 'a' && tries < 3);
    await publish(steps(['a', 'b', 'c'], 15));
    await finish('all of them', () => seen.done.length === 45);
    for (const key of ['a', 'b', 'c']) expect(seen.numbersOf(key)).toEqual(upTo(15));
    expect(seen.overlaps()).toBe(0);
  });

  it('as a whole gets everything in one row', async () => {
    const { publish } = await make({ ordering: 'webhook' });
    const seen = watch((step, tries) => step.no === 2 && tries === 1);
    await publish(steps(['x'], 20));
    await finish('all of them', () => seen.done.length === 20);
    expect(seen.numbersOf('x')).toEqual(upTo(20));
  });

  it('shows the blocked key while the others continue, and skips its first delivery when asked', async () => {
    const { id, publish } = await make({ ordering: { pointer: '/key' }, retry: { schedule: ['1h'] } });
    const seen = watch((step) => step.key === 'bad' && step.no === 0);
    await publish(steps(['bad', 'good'], 3));
    await finish('the good ones', () => seen.numbersOf('good').length === 3);
    expect(seen.numbersOf('bad')).toEqual([]);
    const parked = async () => (await kit.other.api.get(`/webhooks/${id}/keys`)).body.nodes;
    await finish('a parked key', async () => (await parked()).length === 1);
    const [key] = await parked();
    expect(key).toMatchObject({ value: 'bad', attempts: 1, owed: 3, due_at: expect.any(String) });
    expect((await kit.hukz.api.post(`/webhooks/${id}/keys/${key.order_key}/release`)).status).toBe(200);
    await finish('the rest of it', () => seen.numbersOf('bad').length === 2);
    expect(seen.numbersOf('bad')).toEqual([1, 2]);
    expect((await kit.hukz.api.get(`/dead-letters?webhook_id=${id}`)).body.nodes).toMatchObject([
      { because: 'released' },
    ]);
    await finish('its end', async () => (await kit.hukz.api.get(`/accounting?webhook_id=${id}`)).body.pending === 0);
    expect((await kit.hukz.api.post(`/webhooks/${id}/keys/${key.order_key}/release`)).status).toBe(404);
  });

  it('keeps its order through a pause', async () => {
    const { id, publish } = await make({ ordering: { pointer: '/key' } });
    const seen = watch();
    await kit.hukz.api.post(`/webhooks/${id}/pause`);
    await publish(steps(['a', 'b'], 5));
    expect(seen.done).toEqual([]);
    await kit.other.api.post(`/webhooks/${id}/resume`);
    await finish('all of them', () => seen.done.length === 10);
    for (const key of ['a', 'b']) expect(seen.numbersOf(key)).toEqual(upTo(5));
  });
});
