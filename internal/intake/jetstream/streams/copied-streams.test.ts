import { expect, it } from '@jest/globals';
import { connect } from 'nats';
import { readinessOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();

const TWO_ACCOUNTS = `
accounts {
  THEIRS: { jetstream: enabled, users: [{ user: theirs, password: pw }], exports: [
    { service: "$JS.API.>", response: stream }, { service: "$JS.FC.>" }, { stream: "deliver.>" }
  ] }
  OURS: { jetstream: enabled, users: [{ user: ours, password: pw }], imports: [
    { service: { account: THEIRS, subject: "$JS.API.>" }, to: "theirs.api.>" }
    { service: { account: THEIRS, subject: "$JS.FC.>" } }
    { stream: { account: THEIRS, subject: "deliver.>" } }
  ] }
}
no_auth_user: ours`;

it.each([
  ['a subject of', { filter_subject: 'order.made' }],
  ['everything of', {}],
])(
  'a stream that copies %s a stream of another account fires the events of its subjects',
  async (_, filter) => {
    await kit.serve(TWO_ACCOUNTS);
    const theirs = await connect({ servers: kit.url, user: 'theirs', pass: 'pw' });
    const manager = await theirs.jetstreamManager();
    await manager.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
    const external = { api: 'theirs.api', deliver: 'deliver.hukz' };
    await kit.stream('COPY', { subjects: [], sources: [{ name: 'ORDERS', external, ...filter }] });
    const app = await kit.start();
    await app.api.webhook(kit.receiver.url, [await app.api.event('order.made')]);
    for (let n = 0; n < 5; n++) theirs.publish('order.made', `{"n":${n}}`);
    await theirs.flush();
    await theirs.close();
    await kit.receiver.waitFor(5, 10_000);
    await kit.publish('order.made', 5, 5);
    await kit.receiver.waitFor(10, 10_000);
    expect((await readinessOf(app)).degraded).toEqual([]);
  },
  40_000,
);

it('streams that copy different streams of another account are all read', async () => {
  await kit.serve(TWO_ACCOUNTS);
  const theirs = await connect({ servers: kit.url, user: 'theirs', pass: 'pw' });
  const manager = await theirs.jetstreamManager();
  const external = { api: 'theirs.api', deliver: 'deliver.hukz' };
  for (const place of ['EAST', 'WEST']) {
    await manager.streams.add({ name: place, subjects: [`order.${place}`] });
    await kit.stream(`COPY_${place}`, { subjects: [], sources: [{ name: place, external }] });
  }
  const app = await kit.start();
  await app.api.webhook(kit.receiver.url, [await app.api.event('order.*')]);
  for (const place of ['EAST', 'WEST']) theirs.publish(`order.${place}`, JSON.stringify({ place }));
  await theirs.flush();
  await theirs.close();
  await kit.receiver.waitFor(2, 10_000);
  const places = kit.receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.place);
  expect(places.sort()).toEqual(['EAST', 'WEST']);
  expect((await readinessOf(app)).degraded).toEqual([]);
});
