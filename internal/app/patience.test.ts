import { describe, expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const SETTINGS = {
  HUKZ_RETRY_SCHEDULE: '50ms,50ms,50ms',
  HUKZ_BREAKER_FAILURES: '10',
  HUKZ_BREAKER_SHARE: '0.9',
  HUKZ_BREAKER_PROBE: '100ms',
  HUKZ_BREAKER_PROBE_MAX: '200ms',
  HUKZ_ALLOW_BREAKER_OFF: 'true',
};
const kit = useAppKit(SETTINGS, 2);
let events = 0;

interface Made {
  readonly id: number;
  publish(count: number, payload?: object): Promise<void>;
  /** The webhook as the other instance shows it. */
  read(): Promise<WebhookBody>;
  account(): Promise<Account>;
}

interface WebhookBody {
  readonly circuit?: object;
  readonly paused_at?: string;
  readonly resuming?: object;
}

interface Account {
  readonly delivered: number;
  readonly dead: number;
  readonly held: number;
  readonly cancelled: number;
}

/** A webhook with an event of its own. */
async function make(settings: object = {}): Promise<Made> {
  const subject = `patience.${++events}`;
  const eventId = await kit.hukz.api.event(subject);
  const id = await kit.hukz.api.webhook(kit.receiver.url, [eventId], settings);
  return {
    id,
    async publish(count, payload = {}) {
      const text = JSON.stringify(payload);
      await Promise.all(Array.from({ length: count }, () => requestReceipt(kit.nats, { subject, payload: text })));
    },
    read: async () => (await kit.other.api.get(`/webhooks/${id}`)).body,
    account: async () => (await kit.hukz.api.get(`/accounting?webhook_id=${id}`)).body,
  };
}

const distinct = () => new Set(kit.receiver.requests.map(({ headers }) => headers['webhook-id'])).size;
const until = (what: string, condition: () => Promise<boolean> | boolean) =>
  eventually(condition, { what, timeoutMs: 10_000 });

describe('a circuit', () => {
  it('opens on failures in a row, sends single probes, uses up no retries, and closes automatically', async () => {
    const webhook = await make();
    kit.receiver.behave({ status: 500 });
    await webhook.publish(30);
    await until('an open circuit', async () => (await webhook.read()).circuit !== undefined);
    expect((await kit.other.api.get('/webhooks?state=open&limit=100')).body).toMatchObject({
      nodes: expect.arrayContaining([expect.objectContaining({ id: webhook.id })]),
    });
    const atOpening = kit.receiver.requests.length;
    await webhook.publish(20);
    await until('three more probes', () => kit.receiver.requests.length >= atOpening + 3);
    expect(kit.receiver.maxAtOnce).toBeLessThanOrEqual(64);
    kit.receiver.behave({ status: 200 });
    await until('a closed circuit', async () => (await webhook.read()).circuit === undefined);
    await until('everything delivered', async () => (await webhook.account()).delivered === 50);
    expect(await webhook.account()).toMatchObject({ accepted: 50, dead: 0, closes: true });
    expect(distinct()).toBe(50);
  });

  it('stays closed when only the retries of a few that the receiver never takes are left', async () => {
    const webhook = await make({ retry: { schedule: { constant: '20ms', tries: 30 } } });
    let poisonous = 0;
    kit.receiver.behave(({ body }) => {
      const isPoison = body.toString().includes('poison');
      if (isPoison) poisonous += 1;
      return { status: isPoison ? 500 : 200 };
    });
    await webhook.publish(20);
    await webhook.publish(4, { kind: 'poison' });
    // There are four deliveries with many attempts. If the consecutive failures belonged to as many deliveries, they
    // would open the circuit.
    await until('the retries', () => poisonous >= 60);
    expect(await webhook.read()).not.toHaveProperty('circuit');
    await webhook.publish(5);
    await until('the fresh ones delivered', async () => (await webhook.account()).delivered === 25);
    await until('the others given up', async () => (await webhook.account()).dead === 4);
    const lines = [...kit.hukz.logger.lines, ...kit.other.logger.lines];
    const opened = lines.filter(({ name, fields }) => name === 'circuit.opened' && fields?.webhook_id === webhook.id);
    expect(opened).toEqual([]);
  });

  it('opens for an ordered webhook, which only tries the first delivery of each key', async () => {
    const webhook = await make({
      ordering: { pointer: '/key' },
      retry: { schedule: { constant: '20ms', tries: 100 } },
    });
    kit.receiver.behave({ status: 500 });
    for (const key of ['a', 'b', 'c']) await webhook.publish(4, { key });
    await until('an open circuit', async () => (await webhook.read()).circuit !== undefined);
    kit.receiver.behave({ status: 200 });
    await until('everything delivered', async () => (await webhook.account()).delivered === 12);
    expect(await webhook.read()).not.toHaveProperty('circuit');
  });

  it('opens for a receiver that cannot be connected to, however few deliveries it is owed', async () => {
    const webhook = await make({ retry: { schedule: { constant: '20ms', tries: 100 } } });
    const { body } = await kit.hukz.api.patch(`/webhooks/${webhook.id}`, { url: 'http://127.0.0.1:1/' });
    await webhook.publish(2);
    await until('an open circuit', async () => (await webhook.read()).circuit !== undefined);
    expect(body).not.toHaveProperty('circuit');
  });

  it('is closed by a new URL, which another receiver answers', async () => {
    const webhook = await make();
    kit.receiver.behave({ status: 500 });
    await webhook.publish(30);
    await until('an open circuit', async () => (await webhook.read()).circuit !== undefined);
    kit.receiver.behave((request) => ({ status: request.url.endsWith('/new') ? 200 : 500 }));
    const changed = await kit.hukz.api.patch(`/webhooks/${webhook.id}`, { url: `${kit.receiver.url}/new` });
    expect(changed.body).not.toHaveProperty('circuit');
    await until('everything delivered', async () => (await webhook.account()).delivered === 30);
  });

  it('stays closed where a webhook has switched it off, and its deliveries die by their schedule', async () => {
    const webhook = await make({ breaker: 'off' });
    kit.receiver.behave({ status: 500 });
    await webhook.publish(20);
    await until('twenty dead letters', async () => (await webhook.account()).dead === 20);
    expect(kit.receiver.requests).toHaveLength(80);
    expect(await webhook.read()).not.toHaveProperty('circuit');
  });
});

describe('a pause', () => {
  it('parks new deliveries in both instances, and resuming sends them', async () => {
    const webhook = await make();
    expect((await kit.hukz.api.post(`/webhooks/${webhook.id}/pause`)).body).toHaveProperty('paused_at');
    await until(
      'the pause in both',
      async () => kit.other.logger.lines.length > 0 && (await webhook.read()).paused_at !== undefined,
    );
    await webhook.publish(50);
    await until('fifty held', async () => (await webhook.account()).held === 50);
    expect(kit.receiver.requests).toHaveLength(0);
    expect((await kit.other.api.post(`/webhooks/${webhook.id}/resume`)).body).not.toHaveProperty('paused_at');
    await kit.receiver.waitFor(50, 10_000);
    await until('everything delivered', async () => (await webhook.account()).delivered === 50);
    expect(distinct()).toBe(50);
  });

  it('ends at a rate, or without what is too old, which is cancelled and logged', async () => {
    const webhook = await make();
    await kit.hukz.api.post(`/webhooks/${webhook.id}/pause`, {});
    await webhook.publish(30);
    await until('thirty held', async () => (await webhook.account()).held === 30);
    await kit.hukz.api.post(`/webhooks/${webhook.id}/resume`, { rate: '20/second' });
    await until('a part of it delivered', async () => kit.receiver.requests.length > 0);
    expect(await webhook.read()).toMatchObject({ resuming: { per_second: 20 } });
    await kit.hukz.api.post(`/webhooks/${webhook.id}/pause`, {});
    await kit.hukz.api.post(`/webhooks/${webhook.id}/resume`, { drop_older_than: '0s' });
    await until('nothing left', async () => {
      const { delivered, cancelled } = await webhook.account();
      return delivered + cancelled === 30;
    });
    await until('the end of resuming', async () => (await webhook.read()).resuming === undefined);
    expect(await webhook.account()).toMatchObject({ accepted: 30, held: 0, closes: true });
    const cancelled = await kit.hukz.api.logs(`webhook_id=${webhook.id}&outcome=cancelled`);
    expect(cancelled.length).toBeGreaterThan(0);
    expect(cancelled[0]).toMatchObject({ error: 'too old when the webhook was resumed' });
  });
});

describe('a rate', () => {
  it('is shared by the instances', async () => {
    const webhook = await make({ rate: '20/second' });
    const from = Date.now();
    await webhook.publish(60);
    await until('everything delivered', async () => (await webhook.account()).delivered === 60);
    // Each instance has tokens for a second of its half: 60 requests at 20 per second take at least two seconds.
    expect(Date.now() - from).toBeGreaterThan(1900);
  });
});
