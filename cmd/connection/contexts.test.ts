import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Hukz } from 'hukz-client';
import { runHukz, transcriptOf } from '../../internal/testkit/command-line/run-hukz.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';

const kit = useAppKit();
const api = () => `http://127.0.0.1:${kit.hukz.app.port}`;

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'hukz-config-'));
});
afterEach(() => rm(home, { recursive: true }));

const environment = (more: Readonly<Record<string, string>> = {}) => ({ env: { XDG_CONFIG_HOME: home, ...more } });
const run = (line: string, more?: Readonly<Record<string, string>>, cwd?: string) =>
  runHukz(line.split(' '), { ...environment(more), ...(cwd !== undefined && { cwd }) });
const file = () => join(home, 'hukz', 'contexts.yml');

it('contexts are set, listed, shown, selected and removed', async () => {
  const lines = [
    'context list',
    'context set prod --url https://hukz.example.com --token env://PROD --user 7 --space key:eu',
    'context set test --url http://127.0.0.1:8000 --user 1 --nats-context local',
    'context list',
    'context show',
    'context select tset',
    'context select test',
    'context set prod --user 8',
    'context show prod -o yaml',
    'context remove prod',
    'context list -o name',
    'context remove prod',
    'context set bad --url ftp://x',
    'context set bad --url http://me:password@a',
    'context set bad',
    'context set bad --url http://a --token in-the-clear',
    'context set __proto__ --url http://a',
  ];
  const transcript = await transcriptOf(lines, environment());
  expect(transcript.replaceAll(home, '/home/me/.config')).toMatchSnapshot();
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect(await readFile(file(), 'utf8')).not.toContain('in-the-clear');
});

describe('the file of contexts', () => {
  it('is refused if others may write it, because it can name commands', async () => {
    await run('context set a --url http://127.0.0.1:1');
    await chmod(file(), 0o622);
    const { code, stderr } = await run('event list');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Other users may write .*\nRun "chmod 600 /)]);
  });

  it.each([
    ['contexts: [', 'is no YAML: '],
    ['contexts:\n  a:\n    url: nowhere\n', 'contexts.a.url must be a URL'],
    ['contexts:\n  a:\n    url: http://a.b\n    tokn: env://A\n', 'contexts.a Unrecognized key'],
  ])('is refused with the place of a mistake: %j', async (text, sentence) => {
    await mkdir(join(home, 'hukz'));
    await writeFile(file(), text, { mode: 0o600 });
    const { code, stderr } = await run('event list');
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
  });
});

describe('the connection', () => {
  /** The headers and the path of the request that a command sends. */
  async function requestOf(line: string, more: Readonly<Record<string, string>> = {}, cwd?: string) {
    kit.receiver.behave({ headers: { 'content-type': 'application/json' }, body: '{"total":0,"nodes":[]}' });
    const { code, stderr } = await run(line, more, cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const request = kit.receiver.requests.at(-1);
    return { token: request?.headers.authorization, user: request?.headers['x-user'], url: request?.url };
  }
  const there = () => kit.receiver.url;

  it('is that of options before the environment, and of a context with the token that belongs to it', async () => {
    await run(`context set one --url ${there()}/one --token env://ONE --user 1 --space 5`);
    await run(`context set two --url ${there()}/two --token file://${join(home, 'token')} --user 2`);
    await writeFile(join(home, 'token'), 'two-token\n');
    const list = 'webhook list --limit 1';
    const env = { ONE: 'one-token', HUKZ_TOKEN: 'env-token' };
    expect(await requestOf(list, env)).toEqual({
      token: 'Bearer one-token',
      user: '1',
      url: '/one/webhooks?space_id=5&limit=1',
    });
    expect(await requestOf(`${list} --context two`, env)).toMatchObject({ token: 'Bearer two-token', user: '2' });
    expect(await requestOf(list, { ...env, HUKZ_CONTEXT: 'two', HUKZ_USER: '3' })).toMatchObject({
      token: 'Bearer two-token',
      user: '3',
    });
    expect(await requestOf(list, { ...env, HUKZ_URL: `${there()}/env` })).toEqual({
      token: 'Bearer env-token',
      user: undefined,
      url: '/env/webhooks?limit=1',
    });
    const options = `${list} --url ${there()}/option --user 4 --space key:eu --token cmd://echo\tcmd-token`;
    expect(await requestOf(options, { ...env, HUKZ_URL: 'http://127.0.0.1:9' })).toEqual({
      token: 'Bearer cmd-token',
      user: '4',
      url: '/option/webhooks?space_id=key%3Aeu&limit=1',
    });
  });

  it('is the "hukz up" of the directory before the selected context', async () => {
    await run('context set one --url http://127.0.0.1:9 --user 5');
    const cwd = join(home, 'project');
    await mkdir(join(cwd, '.hukz'), { recursive: true });
    const state = { pid: process.pid, api: there(), metrics: '', nats: [] };
    await writeFile(join(cwd, '.hukz', 'up.json'), JSON.stringify(state));
    expect(await requestOf('event list', { HUKZ_TOKEN: 'not-for-it' }, cwd)).toEqual({
      token: undefined,
      user: '1',
      url: '/events?limit=20',
    });
  });

  it('has no token that the environment of the process has for another service', async () => {
    await run(`context set one --url ${there()} --user 5`);
    process.env.HUKZ_TOKEN = 'not-for-it';
    try {
      expect((await requestOf('event list')).token).toBeUndefined();
      await run('doctor');
      expect(kit.receiver.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    } finally {
      delete process.env.HUKZ_TOKEN;
    }
  });

  it('has the token of HUKZ_TOKEN beside --url, unless HUKZ_URL names another service', async () => {
    const tokenWith = async (HUKZ_URL: string) =>
      (await requestOf(`event list --url ${there()}/a`, { HUKZ_URL, HUKZ_TOKEN: 'one' })).token;
    expect(await tokenWith('')).toBe('Bearer one');
    expect(await tokenWith(`${there()}/b`)).toBe('Bearer one');
    expect(await tokenWith('https://hukz.example.com')).toBeUndefined();
    expect(await requestOf(`event list --url ${there()}`, { HUKZ_TOKEN: '' })).toMatchObject({ token: undefined });
  });

  it('is refused if two sources name a service', async () => {
    await run('context set one --url http://127.0.0.1:9');
    const { code, stderr } = await run('event list --context one', { HUKZ_URL: 'http://127.0.0.1:8' });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^--context one and HUKZ_URL both say where hukz is\.\n/),
    ]);
  });

  it.each(['{"pid":1', '{}', 'null', '{"pid":"1","api":"x","nats":[]}'])(
    'is refused for the state %s',
    async (state) => {
      const cwd = join(home, 'project');
      await mkdir(join(cwd, '.hukz'), { recursive: true });
      await writeFile(join(cwd, '.hukz', 'up.json'), state);
      const { code, stderr } = await run('event list', {}, cwd);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(
          /up\.json does not describe a running "hukz up"\.\nDelete the file, and start "hukz up" again/,
        ),
      ]);
    },
  );

  it('is that of a space that hukz has numbered', async () => {
    const hukz = new Hukz({ url: api(), user: 1 });
    const { id } = await hukz.spaces.create({ name: 'numbered' });
    expect(await run(`webhook list --space ${id} -o name`, { HUKZ_URL: api(), HUKZ_USER: '1' })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });
});

describe('a secret that cannot be read is named by its reference:', () => {
  it.each([
    ['env://MISSING', 'The secret env://MISSING is empty.'],
    ['file:///does/not/exist', 'The secret file:///does/not/exist cannot be read: '],
    ['cmd://exit\t3', 'cannot be read: the command ends with the exit code 3'],
  ])('%s', async (reference, sentence) => {
    const { code, stderr } = await run(`event list --url http://127.0.0.1:9 --token ${reference}`);
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
  });
});

it('a failure never writes control characters', async () => {
  const { stderr } = await run('event list --url http://127.0.0.1:9 --token file:///\u001b[2J');
  expect(stderr).toMatch(/^The secret file:\/\/\/\\u001b\[2J cannot be read: /);
  expect(stderr).not.toContain('\u001b');
});

describe('a context of the nats command', () => {
  const servers = () => `nats://${kit.nats.getServer()}`;
  beforeEach(async () => {
    await mkdir(join(home, 'nats', 'context'), { recursive: true });
    const local = { url: servers(), token: '', creds: '' };
    await writeFile(join(home, 'nats', 'context', 'local.json'), JSON.stringify(local));
  });

  it.each([
    'publish a.b {}',
    'tail --source nats',
    'trigger a.b --via nats',
    'listen a.> --forward-to http://127.0.0.1:9',
    'listen a.> --as-webhook --forward-to http://127.0.0.1:9',
  ])('is an option of "hukz %s"', async (verb) => {
    const unset = { HUKZ_URL: api(), HUKZ_USER: '1', HUKZ_NATS_URL: 'nats://127.0.0.1:1' };
    expect(await run(`${verb} --nats-context locl`, unset)).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^The context "locl" of nats cannot be read: ENOENT/),
    });
  });

  it('belongs to a context of hukz, before HUKZ_NATS_URL', async () => {
    await run(`context set here --url ${api()} --user 1 --nats-context local`);
    const other = { HUKZ_NATS_URL: 'nats://127.0.0.1:1' };
    const sentence = ` to a.b at ${servers()}\n`;
    expect((await run('trigger a.b --via nats', other)).stdout).toContain(sentence);
    expect((await run('publish a.b {}', other)).stdout).toContain(sentence);
    expect((await run('publish a.b {} --nats-context locl', other)).code).toBe(3);
  });

  it('is used for messages over NATS', async () => {
    const published = await run('publish a.b {} --nats-context local');
    expect(published).toEqual({ code: 0, stdout: `published 2 bytes to a.b at ${servers()}\n`, stderr: '' });
    await writeFile(join(home, 'nats', 'context', 'nsc.json'), JSON.stringify({ url: servers(), nsc: 'nsc://o/a/u' }));
    expect((await run('publish a.b {} --nats-context nsc')).stderr).toContain('uses nsc, which hukz cannot use');
    expect(await run('publish a.b {} --nats-context locl')).toMatchObject({ code: 3 });
  });
});

describe('the NATS server of a "hukz up"', () => {
  it('is not that of another service', async () => {
    const cwd = join(home, 'project');
    await mkdir(join(cwd, '.hukz'), { recursive: true });
    const nats = [`nats://${kit.nats.getServer()}`];
    const state = { pid: process.pid, api: api(), metrics: '', nats };
    await writeFile(join(cwd, '.hukz', 'up.json'), JSON.stringify(state));
    expect((await run('trigger a.b --via nats', {}, cwd)).stdout).toContain(` to a.b at ${nats}\n`);
    const elsewhere = await run('trigger a.b --via nats --url http://127.0.0.1:9', {}, cwd);
    expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringContaining('NATS_URL')]);
  });
});
