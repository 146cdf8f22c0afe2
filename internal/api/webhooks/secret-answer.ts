import { z } from 'zod';
import type { ChangedWebhook } from '../../store/webhooks/webhook-row.js';

/** A secret without its value, as every reader of the webhook sees it. */
const secretAnswer = z
  .object({
    hint: z.string().optional().describe('its last characters'),
    public_key: z.string().optional().describe('what receivers check by, of a key pair'),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable().describe('from then on it signs nothing; null: not yet decided'),
  })
  .meta({ title: 'SigningSecret' });

export const secretAnswers = {
  secret: z.string().optional().describe('the secret that was made for this request: shown here and never again'),
  secrets: z.array(secretAnswer).optional().describe('what requests are signed with, newest first; absent: unsigned'),
};

type SecretsJson = { readonly [K in keyof typeof secretAnswers]: z.input<(typeof secretAnswers)[K]> };

/** The members are absent if the webhook has no secrets. */
export function secretsJson({ newSecret, secrets }: ChangedWebhook): SecretsJson {
  const signing = secrets.filter(({ purpose }) => purpose === 'signing');
  return {
    secret: newSecret,
    secrets:
      signing.length === 0
        ? undefined
        : signing.map(({ hint, createdAt, expiresAt }) => ({
            ...(hint.startsWith('whpk_') ? { public_key: hint } : { hint }),
            created_at: createdAt.toISOString(),
            expires_at: expiresAt?.toISOString() ?? null,
          })),
  };
}
