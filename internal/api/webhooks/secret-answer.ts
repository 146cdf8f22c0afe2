import { z } from 'zod';
import type { ChangedWebhook } from '../../store/webhooks/webhook-row.js';

/** A secret without its value, as every reader of the webhook sees it. */
const secretAnswer = z
  .object({
    hint: z.string().optional().describe('The last characters of the secret.'),
    public_key: z.string().optional().describe('The public key, by which receivers check signatures.'),
    created_at: z.iso.datetime(),
    expires_at: z.iso
      .datetime()
      .nullable()
      .describe('Time from which the secret signs nothing more. Null if there is none yet.'),
  })
  .meta({ title: 'SigningSecret' });

export const secretAnswers = {
  secret: z.string().optional().describe('The secret that was generated for this request. It is not shown again.'),
  secrets: z
    .array(secretAnswer)
    .optional()
    .describe('The secrets that requests are signed with, newest first. Absent: requests are not signed.'),
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
