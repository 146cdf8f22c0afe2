import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { connect } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { startTestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase } from '../testkit/kits/test-database.js';
import { makeCertificates } from '../testkit/servers/certificates.js';
import { newerNatsServer } from '../testkit/servers/newer-nats.js';
import { startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';
import { natsOptions } from './nats-settings.js';

let directory: string;
let server: NatsServer | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hukz-nats-settings-'));
});
afterEach(async () => {
  await server?.stop();
  await rm(directory, { recursive: true });
  server = undefined;
});

const path = (name: string) => join(directory, name);
const newer = newerNatsServer();
const withNewer = newer === undefined ? it.skip : it;

withNewer('a server that wants TLS before it says a word is connected to (nats-server 2.10 or newer)', async () => {
  const made = makeCertificates();
  await writeFile(path('ca'), made.ca);
  await writeFile(path('cert'), made.server.cert);
  await writeFile(path('key'), made.server.key);
  const tls = `cert_file: "${path('cert')}", key_file: "${path('key')}", handshake_first: true, timeout: 5`;
  await writeFile(path('nats.conf'), `tls { ${tls} }`);
  server = await startTestNats({ ...(newer && { binary: newer }), args: ['-c', path('nats.conf')] });
  const settings = { servers: [`localhost:${server.port}`], tls: { caFile: path('ca'), handshakeFirst: true } };
  const connection = await connect(natsOptions({ settings, name: 'test', onUnusableFile: () => undefined }));
  await connection.flush();
  await connection.close();
});

it.each(['core', 'jetstream'])(
  'a user who may not subscribe to _INBOX is enough with a prefix, in %s mode',
  async (mode) => {
    const permissions = 'publish: ">", subscribe: { allow: ["replies.hukz.>", "a.b"] }';
    const users = `{ user: hukz, password: hukz, permissions: { ${permissions} } }, { user: all, password: all }`;
    await writeFile(path('nats.conf'), `no_auth_user: all\nauthorization { users: [${users}] }`);
    server = await startTestNats({ jetstream: mode === 'jetstream', args: ['-c', path('nats.conf')] });
    const database = await makeTestDatabase();
    const receiver = await startReceiver();
    const hukz = await startTestApp(
      { database, natsUrl: server.url.replace('nats://', 'nats://hukz:hukz@') },
      { HUKZ_INTAKE: mode, HUKZ_NATS_INBOX_PREFIX: 'replies.hukz' },
    );
    const nats = await connect({ servers: server.url });
    try {
      await hukz.api.webhook(receiver.url, [await hukz.api.event('a.b')]);
      nats.publish('a.b', '{}');
      await receiver.waitFor(1);
      const refused = await hukz.api.post('/events', { name: 'all', event: 'replies.>' });
      expect([refused.status, JSON.stringify(refused.body)]).toEqual([422, expect.stringContaining('replies.hukz')]);
    } finally {
      await nats.close();
      await hukz.stop();
      await receiver.stop();
      await database.drop();
    }
  },
);
