import { z } from 'zod';
import { describeOutcomeError } from '../../domain/delivery/describe-outcome-error.js';
import type { CredentialsTest, TestAttempt } from '../../domain/delivery/test-call.js';

export const testAnswer = z
  .object({
    delivered: z.boolean(),
    delivery_id: z.uuid().describe('The value of the header `webhook-id`. Nothing is stored with this id.'),
    response_status_code: z.int().nullable(),
    response_body: z.string().nullable().describe('`***` replaces secrets of the webhook.'),
    error: z.string().nullable(),
    duration_ms: z.int(),
    insecure: z.boolean().describe("The receiver's certificate was not checked."),
    request: z
      .object({ method: z.string(), headers: z.record(z.string(), z.string()), body: z.string() })
      .nullable()
      .describe('The request that was sent, without credentials.'),
  })
  .meta({ title: 'TestAttempt' });

export function testJson({ id, method, sent, outcome, durationMs, insecure }: TestAttempt): z.input<typeof testAnswer> {
  const answered = outcome.kind === 'answered' ? outcome : undefined;
  return {
    delivered: answered !== undefined && answered.status >= 200 && answered.status < 300,
    delivery_id: id,
    response_status_code: answered?.status ?? null,
    response_body: answered ? Buffer.from(answered.body).toString() : null,
    error: describeOutcomeError(outcome) ?? null,
    duration_ms: Math.round(durationMs),
    insecure,
    request: sent ? { method, headers: sent.headers, body: Buffer.from(sent.body).toString() } : null,
  };
}

export const testAuthAnswer = z
  .object({
    type: z.string().describe('The type of `auth`.'),
    ok: z.boolean(),
    header: z.string().nullable().describe('The header that would be sent, without its secret.'),
    token_lifetime_s: z
      .int()
      .nullable()
      .describe('Lifetime of the token that was fetched for this check. Only for oauth2.'),
    error: z.string().nullable(),
  })
  .meta({ title: 'CredentialsTest' });

export function testAuthJson(tried: CredentialsTest): z.input<typeof testAuthAnswer> {
  return {
    type: tried.type,
    ok: tried.ok,
    header: tried.ok ? tried.header : null,
    token_lifetime_s: 'lifetimeMs' in tried ? Math.floor(tried.lifetimeMs / 1000) : null,
    error: tried.ok ? null : tried.error,
  };
}
