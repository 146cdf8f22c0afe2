import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Child, startChild } from '../../internal/local/child.js';
import type { NatsServer } from '../../internal/local/nats-server.js';
import { spawnHukz } from '../../internal/testkit/command-line/spawn-hukz.js';
import { type GoDatabase, makeGoDatabase } from '../../internal/testkit/go-database/make-go-database.js';
import { testEnvironment } from '../../internal/testkit/kits/instance-environment.js';
import { startInstance, type TestInstance } from '../../internal/testkit/kits/test-instance.js';
import { startTestNats } from '../../internal/testkit/servers/test-nats.js';

jest.setTimeout(240_000);

const pathOf = (file: string) => fileURLToPath(new URL(`../../internal/testkit/${file}`, import.meta.url));

let nats: NatsServer;
let go: GoDatabase;
let goApi: Child;
let instance: TestInstance;
let addresses: readonly string[];
beforeAll(async () => {
  [nats, go] = await Promise.all([startTestNats(), makeGoDatabase()]);
  goApi = await startChild({
    name: 'the API of the Go service',
    command: process.execPath,
    args: ['--import', pathOf('register-typescript.mjs'), pathOf('go-database/go-api.ts')],
    env: { PATH: process.env.PATH ?? '', GO_DATABASE: JSON.stringify(go.connection) },
    ready: /listening on/,
    stopSignal: 'SIGTERM',
  });
  expect((await hukz('import', '--logs', '3650d')).code).toBe(0);
  // The logs of the fixture are years old.
  instance = await startInstance({ database: go, natsUrl: nats.url }, { HUKZ_LOG_RETENTION: '3650d' });
  const port = /\d+$/.exec(goApi.output.at(-1) ?? '')?.[0];
  addresses = ['--with', `http://127.0.0.1:${port}`, '--url', `http://127.0.0.1:${instance.port}`];
});
afterAll(async () => {
  await instance?.kill();
  await goApi?.kill();
  await nats.stop();
  await go.drop();
});

const hukz = (...args: readonly string[]) =>
  spawnHukz(args, {
    env: { ...testEnvironment({ database: go, natsUrl: nats.url }), HUKZ_LOG_LEVEL: 'error' },
    cwd: tmpdir(),
  });

describe('hukz compare, with a service that answers as the Go service and an instance after the import', () => {
  it('finds only known differences, names each with its count, and exits with 0', async () => {
    const before = await go.picture();
    const { code, said } = await hukz('compare', ...addresses);
    expect([code, said.split('\n').filter((line) => line.startsWith('GET '))]).toEqual([0, []]);
    const known = said.split('\n').flatMap((line) => /^known: (.*) \(\d+ times/.exec(line)?.[1] ?? []);
    expect(known.sort()).toEqual(
      [
        'a webhook to whose URL no request can be made is disabled',
        'an error without a field has no source',
        'an event that cannot be used is kept as a deleted one',
        'answers of hukz have more fields',
        'errors of unknown paths are like all others',
        'ids are positive integers',
        'secret parts of URLs are ***',
        'tags are an object, never null',
        'tags that are not allowed are left out, and numbers and booleans become text',
        'the user and password of a URL are the auth of its webhook',
        'times have milliseconds and the zone Z',
        'total counts all pages',
      ].sort(),
    );
    expect(await go.picture()).toBe(before);
  });

  it('lists a difference that is not known with its request and both values, and exits with 1', async () => {
    await go.query(`update webhooks set name = 'Theirs', enabled = false where id = 1`);
    await go.query(
      `insert into webhooks (id, name, url, enabled, space_id) values (15, 'Later', 'https://example.com/15', true, 7)`,
    );
    const { code, said } = await hukz('compare', ...addresses);
    const differences = said.split('\n').filter((line) => line.startsWith('GET '));
    expect(code).toBe(1);
    expect(differences).toEqual(
      expect.arrayContaining([
        'GET /webhooks/1: name is "Theirs" there and "Public" here',
        'GET /webhooks/1: enabled is false there and true here',
        'GET /webhooks/space/0?limit=40&page=1: nodes[].name is "Theirs" there and "Public" here',
        expect.stringMatching(
          /^GET \/webhooks\/space\/0\?limit=40&page=1: nodes\[\] is \{"id":15,.* there and absent here$/,
        ),
        'GET /webhooks/15: status is 200 there and 404 here',
      ]),
    );
    expect(said).toMatch(/^\d+ differences are not known$/m);
  });

  it('says in a sentence which service does not answer', async () => {
    const { code, said } = await hukz('compare', '--with', 'http://127.0.0.1:1', ...addresses.slice(2));
    expect([code, said]).toEqual([1, expect.stringMatching(/^http:\/\/127\.0\.0\.1:1 does not answer: .*\n$/)]);
  });
});
