import { beforeAll, describe, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useAppKit({}, 2);
const SUBJECT = 'limits.of.a.space';
const [ACME, OTHER] = [7, 8];

beforeAll(async () => {
  await kit.hukz.api.event(SUBJECT);
});

const limit = (limits: object | null) => kit.hukz.api.patch(`/spaces/${ACME}`, { limits }).expect(200);
const publish = (space: number, more: object = {}, instance = kit.hukz) =>
  instance.api.post('/messages', { event: SUBJECT, space, payload: {}, ...more });
const degraded = async () => {
  const { body } = await kit.hukz.api.get('/health/ready').expect(200);
  return (body.degraded ?? []).find(({ reason }: { reason: string }) => reason === 'space_over_limit')?.problem;
};
async function receipt(payload: string): Promise<object> {
  const made = natsHeaders();
  made.set('Hukz-Space', String(ACME));
  return (await requestReceipt(kit.nats, { subject: SUBJECT, payload }, { headers: made })).json();
}

describe('the limits of a space', () => {
  it('refuse its messages over HTTP, and those of no other space', async () => {
    await kit.hukz.api
      .post('/spaces', { id: ACME, limits: { messages_per_second: 1, message_bytes: 100 } })
      .expect(201);
    const large = await publish(ACME, { payload: 'x'.repeat(100) }).expect(413);
    expect(large.body.errors[0].message).toMatch(/space 7 .* at most 100 bytes \(limits.message_bytes\)/);
    await publish(ACME).expect(202);
    const isRefused = async () => {
      const { status, body, headers } = await publish(ACME);
      if (status !== 429) return false;
      expect(body.errors[0].message).toMatch(/limits.messages_per_second/);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      return true;
    };
    await eventually(isRefused, { what: 'a refusal' });
    await publish(OTHER, { payload: 'x'.repeat(200) }).expect(202);
    await kit.hukz.api.post('/messages', { event: SUBJECT }).expect(202);
    const batch = Array.from({ length: 3 }, () => ({ event: SUBJECT, space: ACME }));
    const { body: lines } = await kit.hukz.api.post('/messages/batch', batch).expect(207);
    expect(lines.filter(({ status }: { status: number }) => status === 429).length).toBeGreaterThan(0);
    expect(await degraded()).toMatch(/space 7: \d+ beyond limits.messages_per_second 1/);
  });

  it('refuse its messages over NATS with the reason, in every instance', async () => {
    await limit({ messages_per_second: null, message_bytes: 100 });
    await publish(ACME, {}, kit.other).expect(202);
    for (let n = 0; n < 4; n++)
      expect(await receipt(`"${'x'.repeat(100)}"`)).toMatchObject({
        error: expect.stringMatching(/limits.message_bytes/),
        limit: 'message_bytes',
      });
    expect(await receipt('{}')).toMatchObject({ message_id: expect.any(String) });
    await limit(null);
    expect(await receipt(`"${'x'.repeat(100)}"`)).toMatchObject({ message_id: expect.any(String) });
  });

  it('refuse messages while the space is owed too many deliveries, until some have ended', async () => {
    const { body } = await kit.hukz.api.get(`/events?event=${SUBJECT}`).expect(200);
    const hook = await kit.hukz.api.webhook(kit.receiver.url, [body.nodes[0].id], { space_id: ACME });
    await kit.hukz.api.post(`/webhooks/${hook}/pause`).expect(200);
    await limit({ pending: 2 });
    for (let n = 0; n < 2; n++) await publish(ACME).expect(202);
    const status = async (): Promise<number> => (await publish(ACME)).status;
    await eventually(async () => (await status()) === 429, { what: 'a refusal' });
    await publish(OTHER).expect(202);
    await kit.hukz.api.post(`/webhooks/${hook}/resume`).expect(200);
    await eventually(async () => (await status()) === 202, { what: 'an accepted message' });
  });
});
