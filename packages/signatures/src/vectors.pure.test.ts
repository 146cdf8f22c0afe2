import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type SchemeName, schemeNames, sign, verify } from 'hukz-signatures';
import { vectorFiles } from '../../../internal/domain/signature/vectors.js';

interface Case {
  readonly name: string;
  readonly prefix: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body_base64: string;
}
interface Vectors {
  readonly now: number;
  readonly tolerance_seconds: number;
  readonly accepted: readonly (Case & {
    readonly secrets: readonly string[];
    readonly public_keys?: readonly string[];
    readonly event: string;
    readonly request_id: string | null;
  })[];
  readonly refused: readonly (Case & { readonly secret: string; readonly now: number; readonly reason: string })[];
}

const textOf = (scheme: SchemeName) => readFileSync(`packages/signatures/vectors/${scheme}.json`, 'utf8');
const vectorsOf = (scheme: SchemeName) => JSON.parse(textOf(scheme)) as Vectors;
const bodyOf = ({ body_base64 }: Case) => Buffer.from(body_base64, 'base64');

describe.each(schemeNames)('the vectors of %s', (scheme) => {
  const { now, tolerance_seconds, accepted, refused } = vectorsOf(scheme);
  const toleranceMs = tolerance_seconds * 1000;

  it('are what the server signs (`npm run signature-vectors` writes them)', () => {
    expect(textOf(scheme)).toBe(vectorFiles().get(scheme));
  });

  it.each(accepted)('are signed the same with WebCrypto: $name', async (vector) => {
    const { secrets, prefix, headers, event, request_id } = vector;
    const request = {
      id: headers['webhook-id'] ?? '',
      body: bodyOf(vector),
      sentAt: new Date(now * 1000),
      event,
      requestId: request_id ?? undefined,
    };
    expect(await sign(request, { scheme, secrets, prefix })).toEqual(headers);
  });

  it.each(accepted)('are accepted with each key of the rotation alone, and with all of them: $name', async (vector) => {
    const { secrets, public_keys = [], prefix, headers } = vector;
    const request = { headers, body: bodyOf(vector) };
    const options = { scheme, prefix, toleranceMs, now: () => now * 1000 };
    for (const secret of [...secrets, ...public_keys])
      expect(await verify(request, { ...options, secret })).toMatchObject({ scheme });
    expect(await verify(request, { ...options, secrets })).toMatchObject({ scheme });
  });

  it.each(refused)('are refused, with the reason: $name', async (vector) => {
    const { secret, prefix, headers, reason } = vector;
    const options = { scheme, prefix, secret, toleranceMs, now: () => vector.now * 1000 };
    await expect(verify({ headers, body: bodyOf(vector) }, options)).rejects.toMatchObject({
      name: 'SignatureError',
      reason,
    });
  });
});
