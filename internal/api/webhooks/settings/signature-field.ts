import { z } from 'zod';
import { HEADER_PREFIX, HEADER_PREFIX_RULE } from '../../../domain/limits/webhook-headers.js';
import { schemeNameIn, type WebhookSettings } from '../../../domain/matching/webhook-settings.js';
import { schemeNames, schemeOf } from '../../../domain/signature/schemes.js';
import { echo } from '../../../domain/text/echo.js';
import { AppError } from '../../../errors.js';
import { boundedText } from '../../bodies/bounds.js';

/** The schemes whose headers are named by a prefix. */
const PREFIXED = schemeNames.filter((name) => schemeOf(name).defaultPrefix !== undefined);

const shape = {
  scheme: z
    .enum([...schemeNames, 'none'])
    .meta({ description: 'How the signature is computed, and the headers that contain it.', example: 'standard' }),
  prefix: boundedText(64).regex(HEADER_PREFIX, HEADER_PREFIX_RULE).optional().meta({
    description: 'For webhooks-emitter: the prefix in the names of its headers, X-<prefix>-Signature.',
    example: 'Webhooks',
  }),
};

/** The signature scheme of requests. The signing secret is `secret`. */
export const signatureField = z
  .strictObject(shape)
  .refine(takesPrefix, { path: ['prefix'], message: 'is only for schemes with a prefix in the names of their headers' })
  .meta({
    description: 'How requests are signed. `secret` is the secret or key of the signature.',
    example: { scheme: 'standard' },
    allOf: [{ anyOf: [{ properties: { prefix: false } }, { properties: { scheme: { enum: PREFIXED } } }] }],
  });

export const signatureAnswer = z.object(shape);

function takesPrefix({ scheme, prefix }: z.output<z.ZodObject<typeof shape>>): boolean {
  return prefix === undefined || PREFIXED.some((name) => name === scheme);
}

/** Only hukz sets the headers by which a receiver verifies requests. */
export function requireOwnSignature(settings: WebhookSettings): void {
  const name = schemeNameIn(settings);
  if (name === 'none') return;
  const scheme = schemeOf(name);
  const ours = new Set(scheme.headerNames(settings.signature?.prefix ?? scheme.defaultPrefix ?? ''));
  refuse('headers', Object.keys(settings.headers ?? {}));
  refuse('pass_headers', settings.passHeaders ?? []);

  function refuse(field: string, names: readonly string[]): void {
    const taken = names.find((each) => ours.has(each.toLowerCase()));
    if (taken) throw new AppError('unprocessable', `${field}: ${echo(taken)} is a header of the signature`, field);
  }
}
