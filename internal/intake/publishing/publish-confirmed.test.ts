import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import { spawnHukz } from '../../testkit/command-line/spawn-hukz.js';
import { startTestNats } from '../../testkit/servers/test-nats.js';
import { publishConfirmed } from './publish-confirmed.js';
import { makeNatsPublisher } from './publish-to-nats.js';

const USER = 'authorization { users: [{ user: a, password: b, permissions: { publish: "mine.>" } }] }';

let folder: string;
let server: Awaited<ReturnType<typeof startTestNats>>;
let connection: NatsConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hukz-permissions-'));
  await writeFile(join(folder, 'nats.conf'), USER);
  server = await startTestNats({ args: ['-c', join(folder, 'nats.conf')] });
  connection = await connect({ servers: server.url, user: 'a', pass: 'b' });
});
afterAll(async () => {
  await connection.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

const publish = (subject: string) => publishConfirmed(connection, subject, '{}', {});

it('refuses a message whose subject the NATS user may not publish on, each time, and no other one beside it', async () => {
  for (let round = 0; round < 20; round++) {
    const subjects = ['mine.a', 'other.a', 'mine.b', 'other.b', 'other.a'];
    const outcomes = await Promise.allSettled(subjects.map(publish));
    expect(outcomes.map(({ status }) => status)).toEqual(
      subjects.map((subject) => (subject.startsWith('mine') ? 'fulfilled' : 'rejected')),
    );
  }
  await expect(publish('other.c')).rejects.toMatchObject({
    code: 'PERMISSIONS_VIOLATION',
    message: 'the NATS user may not publish on other.c',
  });
});

it('so that a message over HTTP is refused, and not lost after a 202', async () => {
  const publisher = makeNatsPublisher({
    connection: () => connection,
    isAcknowledged: false,
    isReserved: () => false,
    overLimit: () => undefined,
    isCovered: async () => true,
    isStopping: () => false,
  });
  const publication = (subject: string) => ({ subject, headers: [], payload: Buffer.from('{}') });
  expect(await publisher.publish(publication('mine.a'))).toEqual({ outcome: 'sent', isDuplicate: false });
  expect(await publisher.publish(publication('other.a'))).toEqual({
    outcome: 'refused',
    problem: 'the NATS user may not publish on other.a',
  });
});

it('so that hukz publish says so, with the exit code of a missing right', async () => {
  const env = { HUKZ_NATS_URL: server.url.replace('nats://', 'nats://a:b@') };
  expect(await spawnHukz(['publish', 'mine.a', '{}'], { env, cwd: folder })).toMatchObject({ code: 0 });
  const refused = await spawnHukz(['publish', 'other.a', '{}'], { env, cwd: folder });
  expect(refused).toEqual({
    code: 4,
    said: expect.stringMatching(/^other\.a at nats:.*: the NATS user may not publish on other\.a\n$/),
  });
});
