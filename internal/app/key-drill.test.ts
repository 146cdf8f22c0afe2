import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { testEnvironment } from '../testkit/kits/instance-environment.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase } from '../testkit/kits/test-database.js';
import { startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

/** The commands below a heading of the page, a script per block. */
async function scriptsOf(heading: string): Promise<readonly string[]> {
  const page = await readFile(resolve('docs/encryption-keys.md'), 'utf8');
  const [, section = ''] = page.split(`## ${heading}\n`);
  return [...(section.split('\n## ')[0] ?? '').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, script = '']) => script);
}

const PROGRAM = [
  '--disable-warning=ExperimentalWarning',
  '--import',
  resolve('internal/testkit/register-typescript.mjs'),
];

it('the documented drill exchanges the key while two instances deliver signed messages without a pause', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hukz-drill-'));
  const HUKZ_ENCRYPTION_KEYS_FILE = join(folder, 'encryption-keys');
  const database = await makeTestDatabase();
  const server = await startTestNats();
  const receiver = await startReceiver();
  const parts = { database, natsUrl: server.url };
  const start = () => startTestApp(parts, { HUKZ_ENCRYPTION_KEYS_FILE });
  const env = { ...testEnvironment(parts, { HUKZ_ENCRYPTION_KEYS_FILE }), PATH: process.env.PATH };
  const hukz = `hukz() { ${[process.execPath, ...PROGRAM, resolve('cmd/hukz.ts')].map((word) => `'${word}'`).join(' ')} "$@"; }`;
  const run = async (script: string) => {
    const here = `set -eu\nkeys=$HUKZ_ENCRYPTION_KEYS_FILE\n${hukz}\n${script}`;
    return (await promisify(execFile)('sh', ['-c', here], { cwd: folder, env, timeout: 120_000 })).stdout;
  };
  const names = async () =>
    (await readFile(HUKZ_ENCRYPTION_KEYS_FILE, 'utf8'))
      .trim()
      .split(',')
      .map((key) => key.split(':')[0]);

  const [first = ''] = await scriptsOf('The first key');
  await run(first);
  let apps: TestApp[] = [await start(), await start()];
  const secrets = new Map<string, string>();
  let event = 0;
  /** A new webhook, made by one instance, is delivered to by any of them, and so are those from before. */
  const deliver = async (name: string, by: TestApp) => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    event ||= await by.api.event('drill.made');
    await by.api.webhook(`${receiver.url}/${name}`, [event], { secret });
    secrets.set(`/${name}`, secret);
    const before = receiver.requests.length;
    expect((await by.api.post('/messages', { event: 'drill.made', payload: {} })).status).toBe(202);
    const requests = (await receiver.waitFor(before + secrets.size)).slice(before);
    expect(requests.map(({ url }) => url).sort()).toEqual([...secrets.keys()].sort());
    for (const { url, body, headers } of requests) {
      const verify = () => new Webhook(secrets.get(url) ?? '').verify(String(body), headers as Record<string, string>);
      expect(verify).not.toThrow();
    }
  };
  /** Each of the two is replaced, and both orders of the keys are in use in between. */
  const restart = async (step: string) => {
    for (const at of [0, 1]) {
      await apps[at]?.stop();
      apps = apps.with(at, await start());
      for (const [by, app] of apps.entries()) await deliver(`${step}-${at}-${by}`, app);
    }
  };

  await deliver('first', apps[0]!);
  const [behind = '', front = '', encrypt = '', remove = ''] = await scriptsOf('A new key');
  await run(behind);
  expect(await names()).toEqual(['2026', '2027']);
  await restart('behind');
  await run(front);
  expect(await names()).toEqual(['2027', '2026']);
  await restart('front');
  const said = await run(encrypt);
  expect(said).toMatch(/^\d+ of \d+ secrets encrypted with "2027"$/m);
  expect(said.slice(said.lastIndexOf('encrypted with'))).toMatch(/2027 {2}encrypts\n/);
  expect(said.slice(said.lastIndexOf('encrypted with'))).not.toMatch(/[1-9]\d* {2}2026/);
  await run(remove);
  expect(await names()).toEqual(['2027']);
  await restart('removed');
  const faults = apps.flatMap(({ logger }) => logger.lines.filter(({ name }) => /^secrets?\./.test(String(name))));
  expect(faults).toEqual([]);

  await Promise.all(apps.map((app) => app.stop()));
  await receiver.stop();
  await server.stop();
  await database.drop();
  await rm(folder, { recursive: true });
}, 240_000);
