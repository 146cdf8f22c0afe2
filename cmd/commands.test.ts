import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { connect } from 'nats';
import type { EncryptionKey } from '../internal/domain/secrets/secret.js';
import { schemes } from '../internal/domain/signature/schemes.js';
import { findFreePort } from '../internal/local/free-port.js';
import { makeKnex } from '../internal/store/postgres/knex.js';
import { makeVault } from '../internal/store/secrets/vault.js';
import { insertWebhook } from '../internal/store/webhooks/webhooks.js';
import { eventually } from '../internal/testkit/eventually.js';
import { testEnvironment } from '../internal/testkit/kits/instance-environment.js';
import { makeTestDatabase } from '../internal/testkit/kits/test-database.js';
import { makeTestFields } from '../internal/testkit/kits/test-webhook-fields.js';
import { startReceiver } from '../internal/testkit/servers/receiver.js';
import { startTestNats } from '../internal/testkit/servers/test-nats.js';
import { migrations } from '../migrations/list.js';

/** The program, run from its sources: the hooks let plain Node run TypeScript. */
const PROGRAM = [
  '--disable-warning=ExperimentalWarning',
  '--import',
  `data:text/javascript,import{register}from"node:module";register("${resolve('scripts/typescript-hooks.mjs')}","file:///")`,
  resolve('cmd/hukz.ts'),
];

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly code: Promise<number | null>;
}

// A machine with other work takes ten times as long to start a process.
jest.setTimeout(240_000);

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hukz-cmd-'));
  // As root, the database's user must be able to enter the directory.
  await chmod(cwd, 0o755);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

function hukz(args: readonly string[], env: Record<string, string> = {}, input?: string): Run {
  const child = spawn(process.execPath, [...PROGRAM, ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  child.stdin.end(input);
  return { child, output: () => output, code: new Promise((done) => child.once('close', done)) };
}

async function says({ output }: Run, text: string, timeoutMs = 90_000): Promise<void> {
  const seen = () => output().includes(text);
  await eventually(seen, { what: `"${text}"`, timeoutMs }).catch((error: Error) => {
    throw new Error(`${error.message}; it said:\n${output()}`);
  });
}

describe('the program', () => {
  const missing = ['DATABASE_HOST', 'DATABASE_USER', 'DATABASE_PASSWORD', 'DATABASE_NAME', 'NATS_URL', 'QUEUE_GROUP'];
  const problems = () => [
    ...missing.map((key) => `please provide ${key} config param`),
    `a config param is given as HUKZ_DATABASE_HOST in the environment, or as DATABASE_HOST in config.yml, config.json or config.env in ${cwd}`,
    'unknown config param HUKZ_PROT; did you mean HUKZ_PORT?',
  ];

  it('names every missing key and exits with 1, in a log line for a collector', async () => {
    const run = hukz(['serve'], { HUKZ_PORT: '1', HUKZ_PROT: '2' });
    expect(await run.code).toBe(1);
    expect(JSON.parse(run.output())).toMatchObject({
      level: 'error',
      name: 'app.failed',
      error: problems().join('\n'),
    });
  });

  it('reports the same in plain text where people read the log', async () => {
    const run = hukz(['serve'], { HUKZ_PORT: '1', HUKZ_PROT: '2', HUKZ_MODE: 'development' });
    expect(await run.code).toBe(1);
    expect(run.output().trim().split('\n')).toEqual(problems());
  });

  it('names the nearest command when it is asked for an unknown one', async () => {
    const run = hukz(['sevre']);
    expect(await run.code).toBe(2);
    expect(run.output()).toBe("error: unknown command 'sevre'\n(Did you mean serve?)\n(see --help)\n");
  });

  it('reports a missing argument in a sentence', async () => {
    const run = hukz(['publish', 'a.b']);
    expect(await run.code).toBe(2);
    expect(run.output()).toBe("error: missing required argument 'payload'\n(see --help)\n");
  });
});

describe('hukz migrate', () => {
  it('needs only the address of the database, and reports a wrong key as serve does', async () => {
    const database = await makeTestDatabase({ empty: true });
    const { HUKZ_NATS_URL: _, HUKZ_QUEUE_GROUP: __, ...env } = testEnvironment({ database, natsUrl: '' });
    const up = hukz(['migrate'], env);
    expect([await up.code, up.output()]).toEqual([0, expect.stringContaining('database.migrated')]);
    const status = hukz(['migrate', 'status'], env);
    expect([await status.code, status.output()]).toEqual([0, expect.stringMatching(/^(applied {2}\S+\n)+$/)]);
    await database.drop();

    const refused = hukz(['migrate', 'status'], env);
    expect(await refused.code).toBe(1);
    expect(refused.output()).toMatch(
      /^PostgreSQL refuses the connection: .* does not exist \(check DATABASE_NAME\)\n$/,
    );
    const serve = hukz(['serve'], testEnvironment({ database, natsUrl: 'nats://127.0.0.1:1' }));
    expect(await serve.code).toBe(1);
    expect(JSON.parse(serve.output().trim().split('\n').at(-1)!)).toMatchObject({
      name: 'app.failed',
      error: refused.output().trim(),
    });
  });
});

describe('a command that needs PostgreSQL', () => {
  it.each([
    ['migrate', 'status'],
    ['keys', 'status'],
  ])('hukz %s %s reports the address that does not answer', async (...args) => {
    const settings = {
      host: '127.0.0.1',
      port: 1,
      user: 'hukz',
      password: 'x',
      name: 'hukz',
      sslMode: 'disable' as const,
    };
    const { HUKZ_NATS_URL: _, HUKZ_QUEUE_GROUP: __, ...env } = testEnvironment({ database: { settings }, natsUrl: '' });
    const run = hukz(args, env);
    expect(await run.code).toBe(1);
    expect(run.output()).toMatch(
      /^PostgreSQL does not answer at 127\.0\.0\.1:1: .*ECONNREFUSED.* \(is it running\? .*\)\n$/,
    );
  });
});

describe('hukz keys', () => {
  it('shows how many secrets each key encrypts, and encrypts all with the first, without showing any', async () => {
    const database = await makeTestDatabase();
    const { HUKZ_NATS_URL: _, HUKZ_QUEUE_GROUP: __, ...env } = testEnvironment({ database, natsUrl: '' });
    const makeKey = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
    const [old, fresh] = [makeKey('old'), makeKey('fresh')];
    const db = makeKnex(database.connection, { max: 1 });
    for (const keys of [[], [old]]) {
      const secrets = [{ purpose: 'signing', value: 'a secret to be kept' } as const];
      const fields = makeTestFields({ secrets });
      await insertWebhook({ db, vault: makeVault(keys) }, { userId: 1, spaceId: 0 }, fields);
    }
    await db.destroy();
    const run = async (args: string[], ...keys: EncryptionKey[]) => {
      const HUKZ_ENCRYPTION_KEYS = keys.map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}`).join(',');
      const { code, output } = hukz(['keys', ...args], { ...env, HUKZ_ENCRYPTION_KEYS });
      const ended = await code;
      expect(output()).not.toContain('a secret');
      return [ended, output().replaceAll(/ +/g, ' ')];
    };
    expect(await run(['rotate'])).toEqual([1, 'ENCRYPTION_KEYS is empty: there is no key to encrypt with\n']);
    expect(await run(['status'], fresh)).toEqual([
      0,
      ' 1 old MISSING from ENCRYPTION_KEYS: these secrets cannot be used\n 1 - not encrypted\n 0 fresh encrypts\n' +
        'ENCRYPTION_STRICT refuses 1 secrets that are not encrypted or have an earlier format: run "hukz keys rotate"\n',
    ]);
    const dry = [' 1 old decrypts\n 1 - not encrypted\n 0 fresh encrypts\n', '2 secrets to encrypt with "fresh"\n'];
    expect(await run(['rotate', '--dry-run'], fresh, old)).toEqual([0, dry.join('')]);
    const [failed, why] = await run(['rotate'], fresh);
    expect([failed, why]).toEqual([1, expect.stringContaining('1 secrets were not changed:\n the signing secret of')]);
    expect(await run(['rotate'], fresh, old)).toEqual([0, '1 of 1 secrets encrypted with "fresh"\n']);
    expect(await run(['rotate'], fresh)).toEqual([0, 'all secrets are already encrypted with "fresh"\n']);
    expect(await run(['status'], fresh)).toEqual([
      0,
      ' 2 fresh encrypts\nENCRYPTION_STRICT can be turned on: it refuses no secret\n',
    ]);
    const wrong = 'ENCRYPTION_KEYS: "fresh" is not the key that the secrets under this name were encrypted with';
    const refused = [1, expect.stringContaining(`${wrong}; nothing was changed\n`)];
    for (const command of ['status', 'rotate']) expect(await run([command], makeKey('fresh'))).toEqual(refused);
    await database.drop();
  });
});

describe('hukz token create', () => {
  it('prints the text of a token that is stored as a digest, and asks for the spaces of a role that needs some', async () => {
    const database = await makeTestDatabase();
    const { HUKZ_NATS_URL: _, HUKZ_QUEUE_GROUP: __, ...env } = testEnvironment({ database, natsUrl: '' });
    const create = async (...args: string[]) => {
      const { code, output } = hukz(['token', 'create', ...args], env);
      return { code: await code, output: output() };
    };
    const made = await create('--role', 'admin', '--name', 'first');
    expect(made).toEqual({ code: 0, output: expect.stringMatching(/hukz_1_[0-9A-Za-z]{43}$/m) });
    expect(await create('--role', 'space_admin')).toEqual({ code: 2, output: expect.stringContaining('--space') });
    expect(await create('--role', 'emperor')).toEqual({ code: 2, output: expect.stringContaining('space_admin') });
    const ofSpace = await create('--role', 'space_admin', '--space', '7', '--space', '8', '--user', '3');
    expect(ofSpace).toMatchObject({ code: 0 });
    const db = makeKnex(database.connection, { max: 1 });
    const rows = await db('tokens').orderBy('id').select('name', 'role', 'spaces', 'created_by_id');
    expect(rows).toEqual([
      { name: 'first', role: 'admin', spaces: null, created_by_id: '1' },
      { name: 'hukz token create', role: 'space_admin', spaces: ['7', '8'], created_by_id: '3' },
    ]);
    const audit = await db('audit').orderBy('id').select('principal', 'action', 'object', 'address');
    const row = { principal: 'database', action: 'token.create', address: null };
    expect(audit).toEqual([
      { ...row, object: 'token:1' },
      { ...row, object: 'token:2' },
    ]);
    await db.destroy();
    await database.drop();
  });
});

describe('hukz keys rotate', () => {
  it('encrypts secrets in URLs and headers, but refuses to while an earlier version runs', async () => {
    const database = await makeTestDatabase();
    const { HUKZ_NATS_URL: _, HUKZ_QUEUE_GROUP: __, ...env } = testEnvironment({ database, natsUrl: '' });
    const HUKZ_ENCRYPTION_KEYS = `k:${randomBytes(32).toString('base64')}`;
    const run = async (...args: string[]) => {
      const { code, output } = hukz(['keys', ...args], { ...env, HUKZ_ENCRYPTION_KEYS });
      return [await code, output()];
    };
    const db = makeKnex(database.connection, { max: 1 });
    const [url, own_settings] = ['http://a.b/?token=a-secret', '{"version":2,"headers":{"x-token":"a-secret"}}'];
    await db('webhooks').insert({ name: '', url, own_settings, enabled: true, created_by_id: 1, updated_by_id: 1 });
    await db('instances').insert({ id: randomUUID(), host: 'old' });
    expect(await run('rotate')).toEqual([1, expect.stringContaining('an instance of an earlier version is running')]);
    await db('instances').delete();
    const clear = '1 webhooks have a secret in their url or headers that is not encrypted: run "hukz keys rotate"\n';
    expect(await run('status')).toEqual([0, expect.stringContaining(clear)]);
    const done = 'the secrets in the url or headers of 1 webhooks were encrypted\n';
    expect(await run('rotate')).toEqual([0, expect.stringContaining(done)]);
    const kept = 'ENCRYPTION_STRICT can be turned on: it refuses no secret\n';
    expect(await run('status')).toEqual([0, `       2  k  encrypts\n${kept}`]);
    expect(JSON.stringify(await db('webhooks'))).not.toContain('a-secret');
    await db.destroy();
    await database.drop();
  });
});

describe('hukz publish', () => {
  it('publishes the given bytes with headers, also from standard input', async () => {
    const nats = await startTestNats();
    const connection = await connect({ servers: nats.url });
    const got: string[] = [];
    const receipts: (string | undefined)[] = [];
    connection.subscribe('try', {
      callback: (_error, message) => {
        got.push(`${message.headers?.values('Hukz-Tag').join()} ${message.string()}`);
        receipts.push(message.headers?.get('Hukz-Receipt'));
        message.respond('{"webhooks":1}');
      },
    });
    await connection.flush();
    const env = { HUKZ_NATS_URL: nats.url };
    const headers = ['--header', 'Hukz-Tag: a:1', '--header', 'Hukz-Tag:b:2'];
    const published = hukz(['publish', 'try', '{ "n": 1.0 }', ...headers], env);
    expect([await published.code, published.output()]).toEqual([0, `published 12 bytes to try at ${nats.url}\n`]);
    const request = hukz(['publish', 'try', '-', '--request'], env, '{}');
    expect(await request.code).toBe(0);
    expect(request.output()).toBe('{"webhooks":1}\n');
    expect(got).toEqual(['a:1,b:2 { "n": 1.0 }', ' {}']);
    expect(receipts).toEqual(['', '1']);

    const nobody = hukz(['publish', 'nobody', '{}', '--request'], env);
    expect(await nobody.code).toBe(6);
    expect(nobody.output()).toContain(`nothing listens on nobody at ${nats.url}`);
    await connection.close();
    await nats.stop();
  });
});

describe('hukz publish fails', () => {
  it.each([
    ['a.*', /^cannot publish to "a\.\*": a message has exactly one subject; only events may have wildcards\n$/],
    ['a..b', /^cannot publish to "a\.\.b": a subject may not have empty tokens/],
    ['a b', /^cannot publish to "a b": tokens of a subject consist of/],
  ])('for the subject %s, before it connects to a server', async (subject, sentence) => {
    const run = hukz(['publish', subject, '{}']);
    expect([await run.code, run.output()]).toEqual([2, expect.stringMatching(sentence)]);
  });

  it.each([
    [['Hukz-Tag: app'], 'Hukz-Tag: '],
    [['hukz-space: seven'], 'Hukz-Space: "seven" is not the number of a space, such as 7, or its key'],
    [['Hukz-Space: 7', 'Hukz-Space: 8'], 'Hukz-Space: at most one space per message'],
    [['X: 1', 'HUKZ-TAG: a:b', 'Hukz-Tag: :b'], 'Hukz-Tag: '],
    [['Hukz-Webhook: 17;18'], 'Hukz-Webhook: "17;18" is not the id of a webhook'],
  ])('for headers with which a message would trigger no webhook: %j', async (headers, sentence) => {
    const run = hukz(['publish', 'a.b', '{}', ...headers.flatMap((header) => ['--header', header])]);
    expect(await run.code).toBe(2);
    expect(run.output()).toMatch(new RegExp(`^--header ${sentence}.*; such a message triggers no webhook\n$`));
  });

  it('without a server, and names the address and the key to check', async () => {
    const run = hukz(['publish', 'a.b', '{}'], { HUKZ_NATS_URL: 'nats://127.0.0.1:1' });
    expect([await run.code, run.output()]).toEqual([
      6,
      'cannot connect to NATS at nats://127.0.0.1:1: CONNECTION_REFUSED (is it running? check NATS_URL)\n',
    ]);
  });

  it('if the answer is an error, which it prints', async () => {
    const nats = await startTestNats();
    const connection = await connect({ servers: nats.url });
    connection.subscribe('try', { callback: (_error, message) => void message.respond('{"error":"no"}') });
    await connection.flush();
    const run = hukz(['publish', 'try', '{}', '--request'], { HUKZ_NATS_URL: nats.url });
    expect(await run.code).toBe(1);
    expect(run.output()).toBe('{"error":"no"}\nthe answer is an error: the message was not accepted\n');
    await connection.close();
    await nats.stop();
  });
});

describe('hukz receive', () => {
  it('prints what it receives, responds as configured and ends on SIGTERM', async () => {
    const run = hukz(['receive', '--port', '0', '--status', '503', '--delay', '10ms']);
    await says(run, 'answering 503');
    const url = /http:\S+\d/.exec(run.output())?.[0] ?? '';
    const post = (body: string) => fetch(`${url}/hook`, { method: 'POST', body });
    const exact = '{ "n":12345678901234567890, "a":1.0, "a":2 }';
    expect((await post(exact)).status).toBe(503);
    await says(run, 'POST /hook');
    await says(run, `\n\n${exact}\n`);
    await post('x'.repeat(70_000));
    await says(run, '\n… cut: the first 65536 of 70000 bytes\n');
    const port = new URL(url).port;
    const second = hukz(['receive', '--port', port]);
    expect([await second.code, second.output()]).toEqual([
      1,
      `--port ${port}: another program listens on 127.0.0.1:${port} already (EADDRINUSE)\n`,
    ]);
    run.child.kill('SIGTERM');
    expect(await run.code).toBe(0);
  });
});

describe('hukz receive --secret', () => {
  it('reports whether a signature is valid', async () => {
    const secret = schemes.standard.makeSecret(randomBytes(32));
    const run = hukz(['receive', '--port', '0', '--secret', 'env://RECEIVED'], { RECEIVED: secret });
    await says(run, 'answering 200');
    const url = /http:\S+\d/.exec(run.output())?.[0] ?? '';
    const toSign = { id: 'a', timestamp: 1, subject: '', body: Buffer.from('{}') };
    const [name = '', signature = ''] = schemes.standard.makeSign([secret], '')(toSign);
    const post = (body: string) =>
      fetch(url, {
        method: 'POST',
        body,
        headers: { 'webhook-id': 'a', 'webhook-timestamp': '1', [name]: `v1,other ${signature}` },
      });
    await post('{}');
    await says(run, 'signature: valid');
    await post('{ }');
    await says(run, 'signature: INVALID');
    run.child.kill('SIGTERM');
    await run.code;
    const wrong = hukz(['receive', '--secret', 'short']);
    expect([await wrong.code, wrong.output()]).toEqual([2, '--secret: this is not a valid webhook secret\n']);
  });
});

/** The part of the output of `up` that users are invited to paste. */
function walkThrough(said: string): string {
  return said.slice(said.indexOf('  API='), said.indexOf('kill $RECEIVER') + 'kill $RECEIVER\n'.length);
}

/** The example of the README, with the addresses of this run. */
async function readmeExample(api: string): Promise<string> {
  const readme = await readFile(resolve('README.md'), 'utf8');
  const example = /```sh\n(api=.*?)```/s.exec(readme)?.[1] ?? '';
  return example.replace('http://127.0.0.1:8000', api).replaceAll('9000', String(await findFreePort()));
}

/** Runs a script in `cwd`, where `dist/cmd/hukz.js` runs the program from its sources. */
async function runScript(shell: string, script: string): Promise<string> {
  await mkdir(join(cwd, 'dist', 'cmd'), { recursive: true });
  await writeFile(join(cwd, 'package.json'), '{"type":"module"}');
  const hooks = JSON.stringify(`file://${resolve('scripts/typescript-hooks.mjs')}`);
  const program = `import { register } from 'node:module';\nregister(${hooks});\nawait import(${JSON.stringify(resolve('cmd/hukz.ts'))});\n`;
  await writeFile(join(cwd, 'dist', 'cmd', 'hukz.js'), program);
  await writeFile(join(cwd, 'script.sh'), script);
  const { stdout } = await promisify(execFile)(shell, ['script.sh'], { cwd, timeout: 30_000 });
  return stdout;
}

const GIVEN = { HUKZ_DATABASE_USER: 'hukz', HUKZ_DATABASE_PASSWORD: 'x', HUKZ_DATABASE_NAME: 'hukz' };

/** The lines of the start's phases, without their durations, in the order in which the phases ended. */
function phasesIn(said: string): string[] {
  return [...said.matchAll(/^(PostgreSQL|nats-server|migrations|ready) +\d+\.\d s {2}(.*)$/gm)].map(
    ([, name, note]) => `${name}: ${note}`,
  );
}

describe('hukz up', () => {
  it('runs everything, passes the smoke test, stops cleanly and finds its data again', async () => {
    const env = { HUKZ_LOG_FORMAT: 'json' };
    const first = hukz(['up'], env);
    await says(first, 'hukz is up');
    const [, , ...rest] = phasesIn(first.output());
    expect(phasesIn(first.output()).slice(0, 2).sort()).toEqual([
      expect.stringMatching(/^PostgreSQL: on port \d+, data in \/.*\/\.hukz\/postgres$/),
      expect.stringMatching(/^nats-server: on port \d+, with JetStream$/),
    ]);
    expect(rest).toEqual([
      `migrations: ${migrations.length} applied`,
      expect.stringMatching(/^ready: \d+\.\d s in total$/),
    ]);
    expect(first.output()).not.toContain('database.migrated');
    const state = JSON.parse(await readFile(join(cwd, '.hukz', 'up.json'), 'utf8')) as { api: string };
    const tokenFile = join(cwd, '.hukz', 'token');
    const token = (await readFile(tokenFile, 'utf8')).trim();
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    // The output of this run is no terminal.
    expect(first.output()).not.toContain(token);
    const made = await fetch(`${state.api}/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: '{"name":"Kept","event":"kept.one"}',
    });
    expect(made.status).toBe(201);
    expect((await fetch(`${state.api}/events`, { headers: { 'X-User': '1' } })).status).toBe(401);
    const list = hukz(['event', 'list', '-o', 'name']);
    expect([await list.code, list.output()]).toEqual([0, expect.stringContaining('1')]);

    const smoke = hukz(['smoke']);
    expect([await smoke.code, smoke.output()]).toEqual([
      0,
      expect.stringMatching(
        /POST \/smoke.*12345678901234567890, "twice": 1, "twice": 2.*"outcome":"delivered".*"twice": 1, "twice": 2/s,
      ),
    ]);
    const told =
      /using the database of the "hukz up" that runs in this directory \(process \d+\): 127\.0\.0\.1:\d+\/hukz\n/;
    for (const command of [
      ['keys', 'status'],
      ['migrate', 'status'],
    ]) {
      const run = hukz(command);
      expect([await run.code, run.output()]).toEqual([0, expect.stringMatching(told)]);
    }
    const elsewhere = hukz(['keys', 'status'], { HUKZ_DATABASE_HOST: '127.0.0.1' });
    expect([await elsewhere.code, elsewhere.output()]).toEqual([1, expect.stringContaining('please provide')]);

    for (const shell of ['sh', 'bash']) {
      for (const [name, script] of Object.entries({
        walk: walkThrough(first.output()),
        readme: await readmeExample(state.api),
      })) {
        expect({ shell, name, said: await runScript(shell, script) }).toMatchObject({
          said: expect.stringMatching(/POST \/hook.*"total":1,.*"outcome":"delivered".*\n$/s),
        });
      }
    }
    const another = hukz(['up'], env);
    expect([await another.code, another.output()]).toEqual([
      1,
      expect.stringContaining('already runs in this directory'),
    ]);

    first.child.kill('SIGINT');
    // npm forwards the same Ctrl-C to its child a second time.
    first.child.kill('SIGINT');
    expect(await first.code).toBe(0);
    await expect(stat(join(cwd, '.hukz', 'up.json'))).rejects.toThrow('ENOENT');

    // A token that the database does not know is replaced.
    await rm(tokenFile);
    await writeFile(tokenFile, 'hukz_1_damaged\n', { mode: 0o644 });
    const second = hukz(['up'], env);
    await says(second, 'hukz is up');
    expect(phasesIn(second.output())).toContain('migrations: nothing to migrate');
    const again = JSON.parse(await readFile(join(cwd, '.hukz', 'up.json'), 'utf8')) as { api: string };
    const renewed = (await readFile(tokenFile, 'utf8')).trim();
    expect([renewed, (await stat(tokenFile)).mode & 0o777]).toEqual([expect.stringMatching(/^hukz_2_\w{43}$/), 0o600]);
    const listed = await fetch(`${again.api}/events`, { headers: { Authorization: `Bearer ${renewed}` } });
    expect(await listed.json()).toMatchObject({
      total: 5,
      nodes: expect.arrayContaining([expect.objectContaining({ event: 'kept.one' })]),
    });
    second.child.kill('SIGTERM');
    expect(await second.code).toBe(0);
  });

  it('reports that one of its servers has ended, and what to do', async () => {
    const run = hukz(['up'], { AUTH: 'x-user' });
    await says(run, 'hukz is up');
    const { api } = JSON.parse(await readFile(join(cwd, '.hukz', 'up.json'), 'utf8')) as { api: string };
    expect((await fetch(`${api}/events`, { headers: { 'X-User': '1' } })).status).toBe(200);
    expect(run.output()).toContain("LOGIN='X-User: 1'");
    await expect(stat(join(cwd, '.hukz', 'token'))).rejects.toThrow('ENOENT');
    process.kill(Number(await readFile(join(cwd, '.hukz', 'nats', 'hukz.pid'), 'utf8')), 'SIGKILL');
    await says(run, 'nats-server has ended: press Ctrl-C, and run "hukz up" again');
    run.child.kill('SIGTERM');
    expect(await run.code).toBe(0);
    expect(run.output()).not.toContain('PostgreSQL has ended');
  });

  it('stops PostgreSQL if nats-server does not start', async () => {
    await mkdir(join(cwd, '.hukz'));
    await writeFile(join(cwd, '.hukz', 'nats'), 'a file where a directory is needed');
    const run = hukz(['up']);
    expect(await run.code).toBe(1);
    expect(phasesIn(run.output())).toEqual([expect.stringMatching(/^PostgreSQL: /)]);
    const port = Number(/^PostgreSQL.* on port (\d+)/m.exec(run.output())?.[1]);
    expect(await findFreePort(port)).toBe(port);
  });

  it('ends at a signal while the configured PostgreSQL is unavailable', async () => {
    const run = hukz(['up'], { HUKZ_DATABASE_HOST: '127.0.0.1', HUKZ_DATABASE_PORT: '1', ...GIVEN });
    await says(run, 'database.waited_for');
    run.child.kill('SIGTERM');
    expect([await run.code, phasesIn(run.output())]).toEqual([0, [expect.stringMatching(/^nats-server: /)]]);
  });

  it('stops what it has started if the rest cannot start', async () => {
    const squatter = await startReceiver();
    const run = hukz(['up'], { HUKZ_PORT: String(squatter.port) });
    expect(await run.code).toBe(1);
    expect(run.output()).toContain(`PORT: another program listens on 127.0.0.1:${squatter.port} already`);
    await squatter.stop();
  });
});
