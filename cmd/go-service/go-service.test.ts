import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NatsServer } from '../../internal/local/nats-server.js';
import { type GoDatabase, makeGoDatabase } from '../../internal/testkit/go-database/make-go-database.js';
import { testEnvironment } from '../../internal/testkit/kits/instance-environment.js';
import { startTestNats } from '../../internal/testkit/servers/test-nats.js';

/** Another schema than that of hukz, wherever the tables of hukz are. */
const SCHEMA = 'go_service';
const FROM = ['--schema', SCHEMA];

let go: GoDatabase;
let nats: NatsServer;
let cwd: string;
beforeAll(async () => {
  go = await makeGoDatabase();
  await go.query(`create schema ${SCHEMA}`);
  for (const table of ['events', 'webhooks', 'webhook_events', 'webhook_logs'])
    await go.query(`alter table ${table} set schema ${SCHEMA}`);
  nats = await startTestNats();
  cwd = await mkdtemp(join(tmpdir(), 'hukz-go-'));
});
afterAll(async () => {
  await nats?.stop();
  await go?.drop();
  await rm(cwd, { recursive: true, force: true });
});

async function hukz(...args: readonly string[]) {
  const hooks = `data:text/javascript,import{register}from"node:module";register("${resolve('scripts/typescript-hooks.mjs')}","file:///")`;
  const child = spawn(process.execPath, ['--import', hooks, resolve('cmd/hukz.ts'), ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...testEnvironment({ database: go, natsUrl: nats.url }), HUKZ_LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise<number | null>((done) => child.once('close', done));
  const [printed, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, printed, said };
}

const rowsOfGo = () => go.query(`select t::text as row from ${SCHEMA}.webhooks t order by id`);

describe('the switch from the Go service, as commands', () => {
  it('the doctor lists what is in the way, and exits with 1', async () => {
    const { code, printed } = await hukz('doctor', '--from-go', '--json', ...FROM);
    const { obstacles, findings } = JSON.parse(printed);
    expect([code, obstacles]).toEqual([1, 1]);
    const checks = findings.filter(({ weight }: { weight: string }) => weight === 'ok');
    expect(checks.map(({ check }: { check: string }) => check)).toEqual(['settings', 'database', 'nats', 'rows']);
  });

  it('a dry run and the import say the same, and the second import is refused', async () => {
    const before = await rowsOfGo();
    const tried = await hukz('import', '--dry-run', ...FROM);
    expect([tried.code, tried.said]).toEqual([0, '']);
    expect(tried.printed).toContain('12 events and 13 webhooks would be brought\n');
    const done = await hukz('import', '--logs', '3650d', ...FROM);
    expect(done.code).toBe(0);
    expect(done.printed).toContain('12 events and 13 webhooks were brought\n9 logs were brought\n');
    expect(done.said).toContain('9 of 9 logs');
    expect(done.printed.split('\n').slice(2)).toEqual(tried.printed.split('\n').slice(1));
    expect(await rowsOfGo()).toEqual(before);
    const again = await hukz('import', ...FROM);
    expect([again.code, again.said]).toEqual([1, expect.stringContaining('--delta brings what changed since')]);
  });

  it('--delta and --back bring changes to the other side', async () => {
    await go.query(`update ${SCHEMA}.webhooks set name = 'Renamed' where id = 1`);
    expect((await hukz('import', '--delta', ...FROM)).printed).toBe('0 events and 1 webhooks were brought\n');
    const back = await hukz('import', '--back', ...FROM);
    expect(back.printed).toContain('0 events and 0 webhooks were written into the tables of the Go service\n');
  });

  it('a schema without the tables is refused', async () => {
    const { code, said } = await hukz('import', '--schema', 'elsewhere');
    expect([code, said]).toEqual([1, expect.stringContaining('the schema elsewhere of this database has no tables')]);
  });
});
