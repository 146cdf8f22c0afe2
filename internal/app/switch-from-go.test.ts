import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect } from 'nats';
import { bringBack } from '../go-service/back/back-catalog.js';
import { importCatalog } from '../go-service/import/import-catalog.js';
import type { NatsServer } from '../local/nats-server.js';
import { useGoImport } from '../testkit/go-database/use-go-import.js';
import { startTestApp } from '../testkit/kits/test-app.js';
import { startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

const kit = useGoImport();
let server: NatsServer;
beforeAll(async () => {
  server = await startTestNats();
});
afterAll(() => server.stop());

type Row = Readonly<Record<string, unknown>>;

/** The rows of the Go service by id, as text, with the bytes of their tags. */
async function rowsOf(table: string): Promise<ReadonlyMap<unknown, string>> {
  const rows = await kit.go.query<Row>(`select id, t::text as row from ${table} t order by id`);
  return new Map(rows.map(({ id, row }) => [id, String(row)]));
}
const goWebhook = async (id: number) => (await kit.go.query<Row>('select * from webhooks where id = $1', [id]))[0];

it('what was imported is served, and what changes here comes back, and nothing else', async () => {
  const before = { events: await rowsOf('events'), webhooks: await rowsOf('webhooks') };
  const picture = await kit.go.picture();
  await importCatalog({ ...kit.parts, delta: false, dryRun: false });
  const receiver = await startReceiver();
  const hukz = await startTestApp({ database: kit.go, natsUrl: server.url }, kit.settings);
  const nats = await connect({ servers: server.url });
  try {
    const { body: list } = await hukz.api.get('/webhooks/space/7?limit=100');
    expect(list.nodes.map(({ id }: { id: number }) => id)).toEqual([1, 2, 3, 13, 14]);
    const changed = await hukz.api.patch('/webhooks/1', { url: receiver.url });
    expect(changed.status).toBe(200);
    await hukz.api.delete('/webhooks/13').expect(200);
    const made = await hukz.api.webhook('https://example.com/made', [2], { tags: { app: 'new' } });
    nats.publish('tag.created', '{"id":1}');
    const [request] = await receiver.waitFor(1);
    expect(request?.headers).not.toHaveProperty('webhook-signature');
    expect(await kit.go.picture()).toBe(picture);
    await hukz.stop();

    const report = await bringBack({ ...kit.parts, dryRun: false });
    expect([report.events, report.webhooks]).toEqual([0, 3]);
    expect(await rowsOf('events')).toEqual(before.events);
    const after = await rowsOf('webhooks');
    const different = [...after].filter(([id, row]) => before.webhooks.get(id) !== row).map(([id]) => Number(id));
    expect(different).toEqual([1, 13, made]);
    expect(await goWebhook(1)).toMatchObject({ url: receiver.url, name: 'Public', enabled: true });
    expect(await goWebhook(13)).toMatchObject({ deleted_at: expect.any(Date), url: 'https://example.com/none' });
    expect(String((await goWebhook(made))?.tags)).toBe('{"app":"new"}');
  } finally {
    await nats.close();
    await hukz.stop();
    await receiver.stop();
  }
});
