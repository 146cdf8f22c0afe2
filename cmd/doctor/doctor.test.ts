import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { runHukz } from '../../internal/testkit/command-line/run-hukz.js';
import { testEnvironment } from '../../internal/testkit/kits/instance-environment.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';
// Jest cannot load a module that two imports ask for at the same time.
import './doctor.js';

const kit = useAppKit();

/** The environment in which the service of the kit would start. */
const serviceEnv = (more: Readonly<Record<string, string>> = {}) => ({
  ...testEnvironment({ database: kit.database, natsUrl: `nats://${kit.nats.getServer()}` }),
  HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`,
  ...more,
});

it.each([
  /^ok {4}service: ready at http:\/\/127\.0\.0\.1:\d+, guarantee: .+$/m,
  /^ok {4}clock: service: within 2 s of this machine$/m,
  /^ok {4}PostgreSQL: version \d+.*, UTF8$/m,
  /^ok {4}clock: PostgreSQL: within 2 s of this machine$/m,
  /^(ok {2}|warn) {2}PostgreSQL connections: 1 × 18 connections at most, \d+ of max_connections \d+ are for users/m,
  /^warn {2}encryption keys: none; 0 secrets are stored as they are. Set ENCRYPTION_KEYS/m,
  /^ok {4}NATS: version \d+\.\d+\.\d+, \d+ ms away, JetStream (on|off)$/m,
  /^ok {4}egress: private networks are allowed \(MODE=development\), http and https, tls.insecure is allowed$/m,
])('hukz doctor finds %s', async (line) => {
  const { code, stdout } = await runHukz(['doctor'], { env: serviceEnv() });
  expect([code, stdout]).toEqual([0, expect.stringMatching(line)]);
});

it('hukz doctor fails if a server is away, and shows no password', async () => {
  const password = 'canary-of-a-password';
  const env = serviceEnv({
    HUKZ_DATABASE_PORT: '1',
    HUKZ_DATABASE_PASSWORD: password,
    HUKZ_NATS_URL: `nats://user:${password}@127.0.0.1:1`,
    HUKZ_URL: 'http://127.0.0.1:1',
  });
  const { code, stdout, stderr } = await runHukz(['doctor', '--json'], { env });
  const failed = JSON.parse(stdout).filter(({ level }: { readonly level: string }) => level === 'fail');
  expect([code, stderr]).toEqual([1, '3 of 4 checks failed.\n']);
  expect(failed.map(({ name }: { readonly name: string }) => name)).toEqual(['service', 'PostgreSQL', 'NATS']);
  expect(stdout).not.toContain(password);
});

it('hukz doctor beside a "hukz up" reports the rules of that one', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'hukz-doctor-'));
  const state = { pid: process.pid, api: serviceEnv().HUKZ_URL, metrics: '', mode: 'development', nats: [] };
  await mkdir(join(cwd, '.hukz'));
  await writeFile(join(cwd, '.hukz', 'up.json'), JSON.stringify(state));
  const { stdout } = await runHukz(['doctor'], { cwd, env: serviceEnv({ HUKZ_MODE: '' }) });
  expect(stdout).toContain('egress: private networks are allowed (MODE=development)');
  await rm(cwd, { recursive: true });
});
