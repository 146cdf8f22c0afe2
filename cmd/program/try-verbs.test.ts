import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runHukz } from '../../internal/testkit/command-line/run-hukz.js';
import { eventually } from '../../internal/testkit/eventually.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';
import { verify } from '../../packages/signatures/src/verify.js';

const kit = useAppKit({ HUKZ_DELIVERY_EVENTS: 'on' });
const SECRET = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
const env = () => ({
  HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`,
  HUKZ_USER: '1',
  HUKZ_NATS_URL: `nats://${kit.nats.getServer()}`,
  SECRET,
});
const hukz = (args: readonly string[], stdin?: string) =>
  runHukz(args, { env: env(), ...(stdin !== undefined && { stdin }) });

let subjects = 0;
/** A webhook for a subject that no other test uses. */
async function subscribed(
  subject = `order.n${++subjects}`,
): Promise<{ readonly subject: string; readonly id: number }> {
  const event = await kit.hukz.api.event(subject);
  return { subject, id: await kit.hukz.api.webhook(kit.receiver.url, [event]) };
}

/** Does the work again and again until the command has ended, because nothing says when it begins to follow. */
async function until<T>(command: Promise<T>, work: () => unknown): Promise<T> {
  let isOver = false;
  const ended = command.finally(() => {
    isOver = true;
  });
  await eventually(
    async () => {
      await work();
      return isOver;
    },
    { what: 'the end of the command', timeoutMs: 30_000 },
  );
  return ended;
}

describe('hukz trigger', () => {
  it('publishes a payload of the given values over HTTP, byte for byte', async () => {
    const { subject } = await subscribed();
    const set = ['customer.name=Ada', 'id=12345678901234567890', 'total=10.50'].flatMap((value) => ['--set', value]);
    expect(await hukz(['trigger', subject, ...set])).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        new RegExp(`^published ${subject}: message [0-9a-f-]{36}, webhooks that get it: 1\n$`),
      ),
      stderr: '',
    });
    const [request] = await kit.receiver.waitFor(1);
    expect(request?.body.toString()).toContain(
      '"payload":{"customer":{"name":"Ada"},"id":12345678901234567890,"total":10.50}',
    );
  });

  it('publishes JSON of standard input over NATS', async () => {
    const { subject } = await subscribed();
    const run = await hukz(['trigger', subject, '--data', '-', '--via', 'nats'], '{ "a": 1.0 }');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/^published 12 characters to /), stderr: '' });
    const [request] = await kit.receiver.waitFor(1);
    expect(request?.body.toString()).toContain('"payload":{ "a": 1.0 }');
  });

  it.each([
    [['a.*'], /^cannot publish to "a\.\*": a message has one subject, without the wildcards/],
    [['a.b', '--set', 'x'], /^--set x: write it as path=value/],
    [['a.b', '--data', '-'], /^- contains no JSON\.\n$/],
  ])('refuses %j as a mistake in the command', async (args, stderr) => {
    expect(await hukz(['trigger', ...args], 'no JSON')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(stderr),
    });
  });
});

describe('hukz publish', () => {
  it('shows a reply of others on a terminal without its control characters, and elsewhere byte for byte', async () => {
    const replies = kit.nats.subscribe('reply.*', { callback: (_, msg) => void msg.respond('{"a":"\u009b2J"}') });
    await kit.nats.flush();
    const args = ['publish', '--request', 'reply.one', '{}'];
    expect((await runHukz(args, { env: env(), terminal: 80 })).stdout).toBe('{"a":"\\u009b2J"}\n');
    expect((await hukz(args)).stdout).toBe('{"a":"\u009b2J"}\n');
    replies.unsubscribe();
  });
});

describe('hukz tail', () => {
  it.each(['log', 'nats', 'auto'])('prints attempts as they are made, by --source %s', async (source) => {
    const { subject, id } = await subscribed();
    const run = hukz(['tail', '--source', source, '--event', subject, '--webhook', String(id), '--count', '1']);
    const { code, stdout, stderr } = await until(run, () => kit.nats.publish(subject, '{}'));
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  ${subject} +webhook ${id}  delivered  200  \\d+ ms\n$`),
      ),
    ]);
    expect(stderr).toContain('waiting for attempts');
  });

  it('prints only attempts with the outcome, as JSON lines', async () => {
    const [fine, failing] = [await subscribed('pair.fine'), await subscribed('pair.failing')];
    kit.receiver.behave(({ headers }) => ({ status: headers['hukz-event'] === failing.subject ? 500 : 200 }));
    const run = hukz(['tail', '--event', 'pair.*', '--outcome', 'failed', '--count', '1', '-o', 'jsonl']);
    const { stdout } = await until(run, () => {
      for (const { subject } of [fine, failing]) kit.nats.publish(subject, '{}');
    });
    expect(JSON.parse(stdout)).toMatchObject({
      event: failing.subject,
      webhook_id: failing.id,
      outcome: 'failed',
      status: 500,
      error: 'answered 500',
    });
  });

  it('reads the log if there is no NATS, and says so', async () => {
    const { subject } = await subscribed();
    const args = ['tail', '--event', subject, '--count', '1'];
    const run = runHukz(args, { env: { ...env(), HUKZ_NATS_URL: 'nats://127.0.0.1:1' } });
    const { code, stderr } = await until(run, () => kit.nats.publish(subject, '{}'));
    expect(code).toBe(0);
    expect(stderr).toContain(
      'reading the log every second, without NATS: cannot connect to NATS at nats://127.0.0.1:1',
    );
  });

  it('of a webhook that does not exist ends with 3', async () => {
    expect(await hukz(['tail', '--webhook', '999'])).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('hukz listen', () => {
  it('prints a line per request, which the secret of --print-secret verifies', async () => {
    const home = await mkdtemp(join(tmpdir(), 'hukz-listen-'));
    const options = { env: { ...env(), XDG_CONFIG_HOME: home } };
    const args = ['listen', 'ship.>', '--forward-to', kit.receiver.url, '--count', '1'];
    const { code, stdout, stderr } = await until(runHukz(args, options), () => kit.nats.publish('ship.sent', '{}'));
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^[\d:.]{12} {2}ship\.sent +200 {2}\d+ ms\n/)]);
    expect(stderr).toMatch(/^forwarding ship\.> from nats:\/\/127\.0\.0\.1:\d+ to http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const { stdout: printed } = await runHukz(['listen', '--print-secret'], options);
    const [request] = kit.receiver.requests;
    await verify({ headers: request?.headers ?? {}, body: request?.body ?? '' }, { secret: printed.trim() });
    expect((await stat(join(home, 'hukz', 'listen-secret-standard'))).mode & 0o777).toBe(0o600);
    await rm(home, { recursive: true });
  });

  it.each([
    [[], /^Name at least one subject\./],
    [['a.b'], /^--forward-to is missing\./],
    [['a..b', '--forward-to', 'http://h'], /^cannot listen to "a\.\.b"/],
    [
      ['a.b', '--forward-to', 'http://me:s3cret@h'],
      /^--forward-to: the URL has a user or a password.*\nLeave it out\.\n$/,
    ],
    [['a.b', '--forward-to', 'localhost:3000'], /^--forward-to: this is not the URL/],
    [['a.b', '--forward-to', 'http://h', '--scheme', 'x'], /^--scheme: there is no scheme "x"\.\nThere are standard, /],
    [['a.b', '--forward-to', 'http://h', '--format', 'x'], /^--format: there is no format "x"\.\nThere are hukz, /],
    [['a.b', '--forward-to', 'http://h', '--secret', 'short'], /^--secret: the secret must be whsec_/],
  ])('refuses %j as a mistake in the command', async (args, stderr) => {
    expect(await hukz(['listen', ...args])).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) });
  });
});

describe('hukz sign and hukz verify', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'hukz-verify-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('agree about a request', async () => {
    const signed = await hukz(['sign', '--secret', 'env://SECRET', '--id', 'msg_1'], '{"id":1}');
    expect(signed).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^webhook-id: msg_1\nwebhook-timestamp: \d+\nwebhook-signature: v1,\S+\n$/),
      stderr: '',
    });
    const file = join(directory, 'captured.txt');
    await writeFile(file, `POST /hook\n${signed.stdout}\n{"id":1}`);
    expect(await hukz(['verify', file, '--secret', 'env://SECRET'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^scheme {5}standard\nheaders {4}all headers of the scheme are there\ntime {7}signed \d+m?s ago\nsignature {2}valid\n$/,
      ),
      stderr: '',
    });
  });

  it('disagree about a request that was changed, and name the mistake', async () => {
    const { stdout } = await hukz(['sign', '--secret', SECRET, '-o', 'json'], '{"id":1}');
    const headers = Object.entries(JSON.parse(stdout) as Record<string, string>).flatMap(([name, value]) => [
      '--header',
      `${name}: ${value}`,
    ]);
    const run = await hukz(['verify', '--secret', SECRET, ...headers, '--body', '-'], '{ "id": 1 }');
    expect(run).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^signature {2}FAILED: .*\n\nThe body was parsed and written again \(body_was_parsed\)/m,
      ),
      stderr: 'The request is not valid.\n',
    });
    expect(run.stdout).not.toContain(SECRET);
  });

  it.each([
    [['verify'], /^error: required option '--secret <secret>' not specified/],
    [['verify', '--secret', 'a-text-secret'], /^--scheme is missing: .*\nThere are standard, /],
    [['verify', '--secret', SECRET, '--scheme', 'github', 'f', '--body', '-'], /^The captured request and --body/],
    [['sign', '--secret', SECRET, '--at', 'soon'], /^--at: "soon" is no time\.\nWrite it as /],
  ])('refuse %j as a mistake in the command', async (args, stderr) => {
    expect(await hukz(args, '')).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  it('report a file that cannot be read', async () => {
    const run = await hukz(['verify', join(directory, 'none'), '--secret', SECRET]);
    expect(run).toEqual({ code: 1, stdout: '', stderr: `${join(directory, 'none')} cannot be read: ENOENT\n` });
  });
});
