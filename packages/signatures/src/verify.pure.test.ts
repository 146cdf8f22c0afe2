import { describe, expect, it } from '@jest/globals';
import {
  makeSecret,
  prepareVerify,
  publicKeyOf,
  type RequestToSign,
  type SchemeName,
  schemeNames,
  sign,
  type VerifyOptions,
  verify,
} from 'hukz-signatures';
import { Webhook } from 'standardwebhooks';

const NOW = 1_767_225_600_000;
const at =
  (ms: number): VerifyOptions['now'] =>
  () =>
    ms;
const request: RequestToSign = { id: 'msg_1', body: '{ "id": 12345678901234567890 }', sentAt: new Date(NOW) };
const secret = makeSecret();

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined).catch((caught: unknown) => caught);
  const { name, reason, message } = error as { name: string; reason?: string; message: string };
  return name === 'SignatureError' ? `${reason}: ${message}` : `${name}: ${message}`;
}

describe('public vectors', () => {
  it('of Standard Webhooks: its specification', async () => {
    const given = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}', sentAt: new Date(1614265330e3) };
    const headers = await sign(given, { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' });
    expect(headers).toEqual({
      'webhook-id': given.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('of Standard Webhooks: its library verifies ours, and we verify its', async () => {
    const now = { ...request, sentAt: new Date() };
    const theirs = new Webhook(secret);
    expect(theirs.verify(String(now.body), await sign(now, { secret }))).toEqual({ id: 12345678901234567000 });
    const headers = {
      'Webhook-Id': now.id,
      'Webhook-Timestamp': String(Math.floor(now.sentAt.getTime() / 1000)),
      'Webhook-Signature': `v2,other ${theirs.sign(now.id, now.sentAt, String(now.body))}`,
    };
    expect(await verify({ headers, body: now.body }, { secret })).toMatchObject({ scheme: 'standard', id: now.id });
  });

  it('of GitHub: its documentation', async () => {
    const headers = {
      'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    const options = { secret: "It's a Secret to Everybody", scheme: 'github' } as const;
    expect(await verify({ headers, body: 'Hello, World!' }, options)).toEqual({ scheme: 'github' });
  });
});

describe('the tolerance', () => {
  it.each([
    ['the oldest', -300_000, undefined],
    ['too old', -300_001, 'too_old'],
    ['the newest', 300_000, undefined],
    ['too new', 300_001, 'too_new'],
  ])('of clocks is the same in both directions: %s', async (_name, aheadMs, reason) => {
    const headers = await sign(request, { secret });
    const verdict = verify({ headers, body: request.body }, { secret, now: at(NOW - aheadMs) });
    if (reason) await expect(verdict).rejects.toMatchObject({ reason });
    else await expect(verdict).resolves.toMatchObject({ sentAt: new Date(NOW) });
  });

  it('is an option, in ms', async () => {
    const headers = await sign(request, { secret });
    const after = (toleranceMs: number, ms: number) =>
      verify({ headers, body: request.body }, { secret, toleranceMs, now: at(NOW + ms) });
    await expect(after(0, 1)).rejects.toMatchObject({ reason: 'too_old' });
    await expect(after(0, 0)).resolves.toBeTruthy();
    await expect(after(Number.POSITIVE_INFINITY, 1e12)).resolves.toBeTruthy();
    await expect(after(Number.NaN, 0)).rejects.toThrow('toleranceMs must be 0 or more');
  });
});

describe('a request is refused, and the reason says what to mend', () => {
  const headersOf = (scheme: SchemeName = 'standard', given = secret) => sign(request, { secret: given, scheme });
  const now = at(NOW);

  it.each<[string, unknown]>([
    ['a parsed object', { id: 1 }],
    ['missing', undefined],
    ['a number', 5],
  ])('when the body is %s', async (name, body) => {
    const verdict = verify({ headers: await headersOf(), body: body as string }, { secret, now });
    expect(await refusal(verdict)).toBe(
      `body_was_parsed: the body is ${name}, not the bytes that arrived: verify before anything parses the body`,
    );
  });

  it('when the body has another length than the request announced, and only if no signature matches', async () => {
    const headers = { ...(await headersOf()), 'content-length': '30' };
    const rewritten = JSON.stringify(JSON.parse(String(request.body)));
    expect(await refusal(verify({ headers, body: rewritten }, { secret, now }))).toMatch(
      /^body_was_parsed: the body has 27 bytes and Content-Length says 30/,
    );
    const compressed = { ...headers, 'content-length': '12' };
    await expect(verify({ headers: compressed, body: request.body }, { secret, now })).resolves.toBeTruthy();
  });

  it('when the headers are those of another scheme', async () => {
    const text = 'a long secret';
    const headers = await headersOf('github', text);
    expect(await refusal(verify({ headers, body: request.body }, { secret, now }))).toBe(
      'header_missing: the header webhook-signature is missing; the request seems to have the scheme github',
    );
  });

  it.each([
    ['no signature of the scheme', 'v1a,AAAA', 'contains no signature v1,…'],
    ['too many signatures', 'v1,AAAA '.repeat(17).trim(), 'contains more than 16 signatures'],
  ])('when there are %s', async (_name, value, problem) => {
    const headers = { ...(await headersOf()), 'webhook-signature': value };
    expect(await refusal(verify({ headers, body: request.body }, { secret, now }))).toBe(
      `header_malformed: the header webhook-signature ${problem}`,
    );
  });

  it.each(schemeNames)('when one bit of the body or of the signature is another one: %s', async (scheme) => {
    const given = makeSecret(scheme);
    const headers = await headersOf(scheme, given);
    const verifyOne = prepareVerify({ secret: given, scheme, now });
    const bytes = Buffer.from(String(request.body));
    await expect(verifyOne({ headers, body: bytes })).resolves.toMatchObject({ scheme });
    bytes[3]! ^= 1;
    await expect(verifyOne({ headers, body: bytes })).rejects.toMatchObject({ reason: 'no_match' });
    const name = Object.keys(headers).find((each) => /signature(?:-256)?$/i.test(each))!;
    const last = headers[name]!.replace(/.(=*)$/, (end) => (end[0] === '0' ? '1' : '0') + end.slice(1));
    await expect(verifyOne({ headers: { ...headers, [name]: last }, body: request.body })).rejects.toMatchObject({
      reason: 'no_match',
    });
  });
});

describe('options', () => {
  it.each<[string, object]>([
    ['secret must be a text, or secrets must be a list of at least one', {}],
    ['secret must be a text, or secrets must be a list of at least one', { secrets: [] }],
    ['scheme is required: the secret has no prefix that names one (whsec_, whsk_, whpk_)', { secret: 'a long secret' }],
    ['scheme must be one of standard, standard-ed25519, webhooks-emitter, github', { secret, scheme: 'none' }],
    ['the secret must be whsec_ and 24 to 64 bytes in base64 (scheme standard)', { secret: 'whsec_short' }],
    ['the secret must be 8 to 256 printable ASCII characters (scheme github)', { secret: 'short', scheme: 'github' }],
    [
      'the public key must be whpk_ and the 32 bytes of an ed25519 public key in base64 (scheme standard-ed25519)',
      { secret: 'whpk_short' },
    ],
  ])('are refused at once: %s', (message, options) => {
    expect(() => prepareVerify(options as VerifyOptions)).toThrow(new TypeError(message));
  });

  it('of an ed25519 receiver are a public key, and its secret signs', async () => {
    const pair = makeSecret('standard-ed25519');
    const publicKey = await publicKeyOf(pair);
    const headers = await sign(request, { secret: pair });
    expect(await verify({ headers, body: request.body }, { secret: publicKey, now: at(NOW) })).toMatchObject({
      scheme: 'standard-ed25519',
    });
    const seed = Buffer.from(pair.slice('whsk_'.length), 'base64');
    const whole = `whsk_${Buffer.concat([seed, Buffer.from(publicKey.slice(5), 'base64')]).toString('base64')}`;
    expect(await sign(request, { secret: whole })).toEqual(headers);
    const wrong = `whsk_${Buffer.concat([seed, seed]).toString('base64')}`;
    expect(await refusal(sign(request, { secret: wrong }))).toMatch(/^TypeError: the secret must be whsk_ and/);
  });

  it('may have headers of fetch, and lists of values', async () => {
    const headers = await sign(request, { secret });
    const options = { secret, now: at(NOW) };
    await expect(verify({ headers: new Headers(headers), body: request.body }, options)).resolves.toBeTruthy();
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
    await expect(verify({ headers: lists, body: Buffer.from(String(request.body)) }, options)).resolves.toBeTruthy();
  });
});

describe('sign refuses what no receiver could verify', () => {
  it.each<[string, Partial<RequestToSign>, RegExp]>([
    ['no id', { id: '' }, /^id must be/],
    ['an id that is no header', { id: 'a\nb' }, /^id must be/],
    ['a time that is none', { sentAt: new Date(Number.NaN) }, /^sentAt must be/],
    ['a time before 1970', { sentAt: new Date(-1) }, /^sentAt must be/],
  ])('%s', async (_, wrong, sentence) => {
    await expect(sign({ ...request, ...wrong }, { secret })).rejects.toThrow(sentence);
    await expect(sign({ ...request, ...wrong }, { secret })).rejects.toBeInstanceOf(TypeError);
  });

  it('a prefix that fits in no header name', async () => {
    const options = { secret: 'supersecret', scheme: 'webhooks-emitter', prefix: 'a:b' } as const;
    await expect(sign(request, options)).rejects.toThrow('prefix must be 1 to 64 letters, digits and dashes');
  });
});
