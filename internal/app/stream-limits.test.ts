import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import { eventually } from '../testkit/eventually.js';
import { StreamKit } from '../testkit/kits/use-stream-kit.js';

const kit = new StreamKit();
beforeAll(() => kit.open(undefined));
afterAll(() => kit.close());
beforeEach(() => kit.begin());
afterEach(() => kit.end());

it('a stream loses no message beyond the limits of its space: deliveries come later, and one too large is set aside', async () => {
  const { api } = await kit.start();
  const event = await api.event('paid');
  await api.post('/spaces', { id: 7, limits: { messages_per_second: 2, message_bytes: 50, pending: 1 } }).expect(201);
  await api.webhook(`${kit.receiver.url}/7`, [event], { space_id: 7 });
  await api.webhook(`${kit.receiver.url}/8`, [event], { space_id: 8 });
  const publish = async (space: number, payload: string) => {
    const headers = natsHeaders();
    headers.set('Hukz-Space', String(space));
    await kit.nats.jetstream().publish('paid', payload, { headers });
  };
  for (let n = 0; n < 6; n++) await publish(7, `{"n":${n}}`);
  await publish(7, `"${'x'.repeat(50)}"`);
  await publish(8, `"${'x'.repeat(50)}"`);
  const requests = await kit.receiver.waitFor(7);
  const times = requests.filter(({ url }) => url === '/7').map(({ at }) => at);
  expect(times).toHaveLength(6);
  // The last of six messages is due two seconds after the first.
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1000);
  expect(requests.filter(({ url }) => url === '/8')).toHaveLength(1);
  const stored = async () => kit.ledger.query('select error, length(payload) as bytes from quarantine');
  await eventually(async () => (await stored()).length === 1, { what: 'a message that is set aside' });
  expect(await stored()).toEqual([{ error: expect.stringMatching(/limits.message_bytes/), bytes: 52 }]);
});
