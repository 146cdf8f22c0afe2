import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { connect } from 'nats';
import { spawnHukz } from '../../internal/testkit/command-line/spawn-hukz.js';
import { testEnvironment } from '../../internal/testkit/kits/instance-environment.js';
import { makeTestDatabase } from '../../internal/testkit/kits/test-database.js';
import type { TestInstance } from '../../internal/testkit/kits/test-instance.js';
import { INSTANCES, PerTestKit, usePerTestKit } from '../../internal/testkit/per-test/per-test-kit.js';
import { startTestNats } from '../../internal/testkit/servers/test-nats.js';

jest.setTimeout(240_000);

const kit = usePerTestKit(new PerTestKit(INSTANCES, {}));
type Settings = Readonly<Record<string, string>>;

const write = (files: Settings) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(kit.cwd, name), text);
};
const linesNamed = (instance: TestInstance, name: string): readonly Record<string, unknown>[] =>
  instance.lines.map((line) => JSON.parse(line)).filter((line) => line.name === name);
const warningsOf = (instance: TestInstance) => linesNamed(instance, 'config.warned').map(({ warning }) => warning);

/** Production lets only these reach a receiver on this machine. */
const REACHABLE = { HUKZ_EGRESS_ALLOW_CIDRS: '127.0.0.0/8', HUKZ_EGRESS_ALLOW_PORTS: '1-65535' };

async function deliver({ api }: TestInstance): Promise<void> {
  await api.webhook(kit.receiver.url, [await api.event('post.created')]);
  kit.nats.publish('post.created', '{"id":1}');
  const [request] = await kit.receiver.waitFor(1);
  expect(JSON.parse(String(request?.body)).payload).toEqual({ id: 1 });
}

interface Row {
  readonly what: string;
  /** The differences to a complete environment. An empty text is a key that is not set. */
  readonly settings?: () => Settings;
  /** Files of the working directory. */
  readonly files?: () => Settings;
  /** The warnings at the start, all of them; none by default. */
  readonly warns?: readonly unknown[];
}

const unset = (...keys: readonly string[]) => Object.fromEntries(keys.map((key) => [`HUKZ_${key}`, '']));
const isProduction = (mode: string) => `MODE is "${mode}", which is not development: the mode is production`;
/** The keys that the files below give, which the environment then lacks. */
const fromFile = () => unset('QUEUE_GROUP', 'DATABASE_NAME');
const named = (name: string) => expect.stringContaining(`unknown config param ${name}: `);

const STARTS: readonly Row[] = [
  ...['staging', 'Development'].map((mode) => ({
    what: `MODE=${mode}`,
    settings: () => ({ HUKZ_MODE: mode, ...REACHABLE }),
    warns: [isProduction(mode)],
  })),
  ...['prefer', 'allow'].map((mode) => ({
    what: `DATABASE_SSL_MODE=${mode}`,
    settings: () => ({ HUKZ_DATABASE_SSL_MODE: mode }),
  })),
  ...['yaml', 'toml', 'properties'].map((ending) => ({
    what: `config.${ending}`,
    settings: fromFile,
    files: () => ({ [`config.${ending}`]: inFile(ending) }),
  })),
  {
    what: 'two files, of which the first in the order of viper is read',
    settings: fromFile,
    files: () => ({ 'config.toml': inFile('toml'), 'config.env': 'QUEUE_GROUP=other\nDATABASE_NAME=nowhere\n' }),
    warns: ['config.env is not read, because there is config.toml: keep one of them'],
  },
  {
    what: 'a broken file beside a complete environment',
    files: () => ({ 'config.toml': 'of = "another program"\nbroken =' }),
    warns: [expect.stringMatching(/^config\.toml is ignored: config\.toml cannot be read: it is not valid TOML/)],
  },
  {
    what: 'a foreign file beside a complete environment',
    files: () => ({ 'config.json': '{"name":"an-app","scripts":{},"port":1}' }),
    warns: [expect.stringMatching(/^config\.json is ignored: unknown config param name /)],
  },
  {
    what: 'HUKZ_URL, HUKZ_LOG and HUKZ_IMAGE of other programs',
    settings: () => ({ HUKZ_URL: 'http://127.0.0.1:1', HUKZ_LOG: 'debug', HUKZ_IMAGE: 'factly/hukz' }),
    // HUKZ_URL is the address of the service for commands, as in the command line of hukz.
    warns: [named('HUKZ_LOG'), named('HUKZ_IMAGE')],
  },
  {
    what: 'variables in config.env, with and without braces',
    settings: () => ({ ...fromFile(), NAME_OF_IT: kit.database.settings.name, STAGE: 'live' }),
    files: () => ({ 'config.env': `DATABASE_NAME=$NAME_OF_IT\nQUEUE_GROUP="group_$${'{STAGE}'}"\n` }),
  },
  { what: 'QUEUE_GROUP=team:a/b', settings: () => ({ HUKZ_QUEUE_GROUP: 'team:a/b' }) },
  ...['http', 'natss'].map((scheme) => ({
    what: `NATS_URL with ${scheme}://`,
    settings: () => ({ HUKZ_NATS_URL: kit.natsUrl.replace('nats://', `${scheme}://`) }),
  })),
  {
    what: 'DEGA_TO_SLACK and DEGA_TO_GOOGLE_CHAT in the environment',
    settings: () => ({ HUKZ_DEGA_TO_SLACK: 'true', HUKZ_DEGA_TO_GOOGLE_CHAT: 'true' }),
  },
  {
    what: 'dega_to_slack and dega_to_google_chat in a file',
    files: () => ({ 'config.env': 'dega_to_slack=true\nDEGA_TO_GOOGLE_CHAT=false\n' }),
  },
];

function inFile(ending: string): string {
  const { name } = kit.database.settings;
  if (ending === 'toml') return `database_name = "${name}"\nqueue_group = "from-file"\n`;
  if (ending.startsWith('y')) return `database_name: ${name}\nqueue_group: from-file\n`;
  return `DATABASE_NAME=${name}\nQUEUE_GROUP=from-file\n`;
}

describe('hukz serve starts with settings of the Go service, and delivers', () => {
  it.each(STARTS.map((row) => [row.what, row] as const))('%s', async (_what, { settings, files, warns = [] }) => {
    write(files?.() ?? {});
    const instance = await kit.start(settings?.() ?? {});
    await deliver(instance);
    expect(warningsOf(instance)).toEqual(warns);
    expect(await instance.stop()).toBe(0);
  });

  it('with INTAKE=jetstream and a queue group with a colon and a slash', async () => {
    const ofStreams = await startTestNats({ jetstream: true });
    kit.atEnd(() => ofStreams.stop());
    const publisher = await connect({ servers: ofStreams.url });
    kit.atEnd(() => publisher.close());
    const settings = { HUKZ_INTAKE: 'jetstream', HUKZ_QUEUE_GROUP: 'team:a/b' };
    const { api } = await kit.start(settings, { natsUrl: ofStreams.url });
    await api.webhook(kit.receiver.url, [await api.event('post.created')]);
    publisher.publish('post.created', '{"id":1}');
    await kit.receiver.waitFor(1);
  });

  it('waits for NATS if it is away, and starts when it is there', async () => {
    const later = await startTestNats();
    await later.stop();
    const starting = kit.start({}, { natsUrl: later.url });
    const again = await startTestNats({ port: Number(new URL(later.url).port) });
    kit.atEnd(() => again.stop());
    expect(await (await starting).stop()).toBe(0);
  });
});

describe('hukz refuses at the start, in a sentence', () => {
  const refused = (args: readonly string[], settings: Settings) =>
    spawnHukz(args, {
      env: { ...testEnvironment(kit), ...settings },
      cwd: kit.cwd,
      // A service that starts all the same must not outlive its test.
      started: (kill) => kit.atEnd(async () => kill()),
    });

  it.each([
    ['a name near a key', { HUKZ_PROT: '1' }, {}, 'unknown config param HUKZ_PROT; did you mean HUKZ_PORT?'],
    [
      'a mistake in its own file',
      {},
      { 'config.yml': 'PORT: 1234\nRETRY_SCHEDULE: 5s\nRETRY_JITER: 0\n' },
      'did you mean RETRY_JITTER (in config.yml)?',
    ],
    [
      'missing keys, all at once',
      unset('QUEUE_GROUP', 'DATABASE_NAME'),
      {},
      'please provide DATABASE_NAME config param\\nplease provide QUEUE_GROUP config param',
    ],
    [
      'a broken file that the environment does not replace',
      unset('QUEUE_GROUP'),
      { 'config.toml': 'broken =' },
      'config.toml cannot be read: it is not valid TOML',
    ],
  ])('%s', async (_what, settings: Settings, files: Settings, sentence) => {
    write(files);
    expect(await refused(['serve'], settings)).toEqual({ code: 1, said: expect.stringContaining(sentence) });
  });

  it('with --fail-fast NATS or PostgreSQL that is away, before it changes anything', async () => {
    const empty = await makeTestDatabase({ empty: true });
    kit.atEnd(() => empty.drop());
    const env = testEnvironment({ database: empty, natsUrl: 'nats://127.0.0.1:1' });
    expect(await refused(['serve', '--fail-fast'], env)).toEqual({
      code: 1,
      said: expect.stringMatching(
        /NATS does not answer at nats:\/\/127\.0\.0\.1:1: .* \(is it running\? check NATS_URL\)/,
      ),
    });
    expect((await refused(['migrate', 'status'], env)).said).toContain('no migration is applied');
    expect(await refused(['serve', '--fail-fast'], { HUKZ_DATABASE_PORT: '1' })).toEqual({
      code: 1,
      said: expect.stringMatching(
        /PostgreSQL does not answer at 127\.0\.0\.1:1: .* \(is it running\? check DATABASE_HOST/,
      ),
    });
  });

  it('nothing with --fail-fast if both are there', async () => {
    expect(await (await kit.start({}, { args: ['--fail-fast'] })).stop()).toBe(0);
  });
});
