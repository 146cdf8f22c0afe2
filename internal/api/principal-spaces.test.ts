import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Spaces } from '../identity/principal.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { hoursAgo, storeDelivery } from '../testkit/stored-delivery.js';
import { storeLog } from '../testkit/stored-logs.js';

let api: TestApi;
let inSpace7: string;
let inSpace0: string;

beforeAll(async () => {
  api = await makeTestApi();
  const deadIn = async (spaceId: number) => {
    const body = { url: 'https://example.com/hook', event_ids: [], space_id: spaceId };
    const { id: webhookId } = (await api.send('POST', '/webhooks', body).expect(201)).body;
    return (await storeDelivery(api.db, { place: 'dead_letters', webhookId, at: hoursAgo(spaceId + 1) })).id;
  };
  [inSpace7, inSpace0] = [await deadIn(7), await deadIn(0)];
  await api.db('webhook_logs').delete();
  for (const spaceId of [7, 0]) await storeLog(api.db, { at: new Date(), spaceId });
});
afterAll(() => api.stop());

it.each<[string, Spaces, () => { logs: number[]; deadLetters: string[]; found: number[] }]>([
  ['every space', 'all', () => ({ logs: [0, 7], deadLetters: [inSpace0, inSpace7], found: [200, 200] })],
  ['one space', [7], () => ({ logs: [7], deadLetters: [inSpace7], found: [200, 404] })],
  ['other spaces', [8, 9], () => ({ logs: [], deadLetters: [], found: [404, 404] })],
  ['no space', [], () => ({ logs: [], deadLetters: [], found: [404, 404] })],
])(
  'a principal with %s sees logs, dead letters and deliveries there, of its own webhooks',
  async (_name, given, expected) => {
    api.rest.spaces = given;
    const nodes = async (path: string) => (await api.send('GET', path).expect(200)).body.nodes;
    const status = async (id: string) => (await api.send('GET', `/deliveries/${id}`)).status;
    expect({
      logs: (await nodes('/webhooks/logs')).map(({ space_id }: { space_id: number }) => space_id),
      deadLetters: (await nodes('/dead-letters')).map(({ id }: { id: string }) => id),
      found: [await status(inSpace7), await status(inSpace0)],
    }).toEqual(expected());
  },
);

it.each<[string, Spaces, () => { deliveries: string[]; owedBy: string[] }]>([
  ['every space', 'all', () => ({ deliveries: [inSpace0, inSpace7], owedBy: [inSpace0, inSpace7] })],
  ['one space', [7], () => ({ deliveries: [inSpace7], owedBy: [inSpace7] })],
  ['no space', [], () => ({ deliveries: [], owedBy: [] })],
])('a principal with %s lists deliveries and messages that were owed there', async (_name, given, expected) => {
  api.rest.spaces = given;
  const nodes = async (path: string) => (await api.send('GET', path).expect(200)).body.nodes;
  const idsOf = (listed: readonly { id: string }[]) => listed.map(({ id }) => id);
  const messages = idsOf(await nodes('/messages'));
  const owedBy: string[] = [];
  for (const id of messages) {
    const { webhooks } = (await api.send('GET', `/messages/${id}`).expect(200)).body;
    owedBy.push(...webhooks.map(({ delivery_id }: { delivery_id: string }) => delivery_id));
  }
  expect({ deliveries: idsOf(await nodes('/deliveries?state=dead')), owedBy }).toEqual(expected());
  expect(idsOf(await nodes('/deliveries'))).toEqual(expected().deliveries);
  const { status, body } = await api.send('GET', '/messages?space=7');
  const isReached = given === 'all' || given.includes(7);
  expect([status, body.nodes?.length]).toEqual(isReached ? [200, 1] : [404, undefined]);
});

it('a message of another space is not found, and its delivery is not cancelled', async () => {
  api.rest.spaces = 'all';
  const [newest] = (await api.send('GET', '/messages').expect(200)).body.nodes;
  api.rest.spaces = [7];
  await api.send('GET', `/messages/${newest.id}`).expect(404);
  await api.send('POST', `/deliveries/${inSpace0}/cancel`).expect(404);
  const { body } = await api.send('POST', '/deliveries/retry', { ids: [inSpace0] }).expect(200);
  expect(body).toMatchObject({ matched: 0, changed: 0 });
});

it('a delivery of another space cannot be sent again', async () => {
  api.rest.spaces = [7];
  await api.send('POST', `/deliveries/${inSpace0}/retry`).expect(404);
  await api.send('POST', `/deliveries/${inSpace7}/retry`).expect(202);
});
