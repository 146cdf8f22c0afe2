import { describe, expect, it } from '@jest/globals';
import type { SchemeName } from '../../internal/domain/signature/schemes.js';
import { sign } from '../../packages/signatures/src/sign.js';
import { parseCapturedRequest } from './captured-request.js';
import { checkRequest } from './check-request.js';
import { describeChecks } from './describe-checks.js';

const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const AT = Date.parse('2026-12-01T08:00:00Z');
const BODY = '{"id":12345678901234567890,"total":10.5}';

interface Given {
  readonly body?: string;
  readonly captured?: string;
  readonly secret?: string;
  readonly scheme?: SchemeName;
  readonly nowMs?: number;
  readonly toleranceMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Signs `body`, captures it as `captured`, and checks that. */
async function check({ body = BODY, captured = body, secret = SECRET, scheme = 'standard', ...more }: Given) {
  const headers = await sign({ id: 'msg_1', body, sentAt: new Date(AT) }, { secret: SECRET });
  const request = { headers: { ...headers, ...more.headers }, body: Buffer.from(captured) };
  const options = {
    secret,
    scheme,
    prefix: undefined,
    toleranceMs: more.toleranceMs,
    nowMs: more.nowMs ?? AT + 12_000,
  };
  return describeChecks(await checkRequest(request, options), scheme);
}

describe('hukz verify', () => {
  it('lists the checks of a valid request', async () => {
    expect(await check({})).toBe(
      'scheme     standard\nheaders    all headers of the scheme are there\ntime       signed 12s ago\nsignature  valid\n',
    );
  });

  it('says of an old request that a receiver would refuse it now', async () => {
    expect(await check({ nowMs: AT + 3_600_000 })).toContain(
      'time       signed 1h ago; a receiver refuses it now, because 5m are tolerated\nsignature  valid\n',
    );
  });

  it('refuses an old request if a tolerance is given', async () => {
    expect(await check({ nowMs: AT + 3_600_000, toleranceMs: 300_000 })).toMatch(
      /^time {7}FAILED: the request was signed 3600 s ago.*\n\nVerify when the request arrives/m,
    );
  });

  it.each([
    ['a line end', BODY, `${BODY}\n`, /has a line end that was not sent/],
    ['other line ends', 'a\nb', 'a\r\nb', /line ends of the body were changed/],
    ['JSON that was indented', '{"id":1}', '{\n  "id": 1\n}', /parsed and written again \(body_was_parsed\)/],
    ['JSON that was compacted', '{"a": 1, "b": [1, 2]}', '{"a":1,"b":[1,2]}', /parsed and written again/],
    ['a body of any depth', BODY, `${'['.repeat(200_000)}${']'.repeat(200_000)}`, /Most often the body was parsed/],
    ['another body', BODY, '{"id":2}', /Most often the body was parsed .* or was rotated/],
  ])('finds %s', async (_, body, captured, advice) => {
    const said = await check({ body, captured });
    expect(said).toMatch(/^signature {2}FAILED: no signature matches/m);
    expect(said).toMatch(advice);
  });

  it('names the header that is missing, and the scheme that the request seems to have', async () => {
    expect(await check({ scheme: 'github', secret: 'a-text-secret' })).toMatch(
      /^headers {4}FAILED: the header X-Hub-Signature-256 is missing.*\n\nThe request has headers of the scheme standard: try --scheme standard\.\n$/m,
    );
  });

  it('finds spaces around the secret', async () => {
    const secret = 'a-text-secret';
    const headers = await sign({ id: 'msg_1', body: BODY }, { secret, scheme: 'github' });
    expect(await check({ scheme: 'github', secret: `${secret} `, headers })).toContain(
      'The secret has spaces around it: remove them.',
    );
  });

  it('repeats no secret', async () => {
    expect(await check({ captured: '{}' })).not.toContain(SECRET.slice(6));
  });
});

describe('a captured request', () => {
  it.each([
    ['as hukz receive prints it', '\n2026-12-01T08:00:00.000Z\nPOST /hook\nA: 1\nwebhook-id: x: y\n\n{}\n\nmore'],
    ['as HTTP', 'POST /hook HTTP/1.1\r\nA: 1\r\nwebhook-id: x: y\r\n\r\n{}\n\nmore'],
    ['without a request line', 'A:1\nWebhook-Id: x: y\n\n{}\n\nmore'],
  ])('%s has headers, and its body byte for byte', (_, text) => {
    const { headers, body } = parseCapturedRequest(Buffer.from(text));
    expect([headers, Buffer.from(body).toString()]).toEqual([{ a: '1', 'webhook-id': 'x: y' }, '{}\n\nmore']);
  });

  it.each([
    ['A: 1\nno header\n\n{}', '"no header" is not a header: write it as name: value'],
    ['A: 1\n{}', 'the captured request has no empty line between its headers and its body: give the body with --body'],
  ])('%j is refused', (text, sentence) => {
    expect(() => parseCapturedRequest(Buffer.from(text))).toThrow(sentence);
  });
});
