import { z } from 'zod';
import type { TlsSettings } from '../../../domain/matching/webhook-settings.js';
import { isStorable, UNSTORABLE } from '../../../domain/text/storable.js';
import { boundedText } from '../../bodies/bounds.js';
import { documented } from '../../operator-limits.js';
import { CERTIFICATE_EXAMPLE } from './certificate-example.js';
import { keyProblem, pemProblem } from './pem.js';

const MAX_CA_LENGTH = 64 * 1024;
const MAX_PEM_LENGTH = 16 * 1024;

/** The outer form. Only a parser can validate the base64 inside. The formats `pem-…` are names of our own. */
const CERTIFICATES = String.raw`^[^\u0000-]*(?:-----BEGIN CERTIFICATE-----[^\u0000-]+-----END CERTIFICATE-----[^\u0000-]*)+$`;
const KEY = String.raw`-----BEGIN (?:EC |RSA )?PRIVATE KEY-----[^\u0000-]+-----END (?:EC |RSA )?PRIVATE KEY-----`;

const pem = (longest: number) => boundedText(longest).min(1).refine(isStorable, UNSTORABLE);
const certificates = (longest: number) =>
  pem(longest).superRefine((text, context) => {
    const problem = pemProblem(text);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

export interface TlsInput {
  readonly settings: TlsSettings;
  /** Undefined means the stored key. */
  readonly key: string | undefined;
}

const insecure = z
  .boolean()
  .meta({
    description:
      "Skips the check of the receiver's certificate, so that a machine on the network path can read the requests. Requires ALLOW_INSECURE_TLS.",
    example: true,
  })
  .register(documented, { under: ({ insecureTls }) => (insecureTls ? {} : { const: false, example: false }) });

/**
 * The combinations that the checks below accept: `ca` excludes `insecure`, `key` needs `certificate`, and at least one
 * of them is given.
 */
const CHECKED = { insecure: { const: false } };
const UNCHECKED = { insecure: { const: true }, ca: false };
const WITHOUT_PAIR = { certificate: false, key: false };
const formsWith = (pair: readonly string[]) => [
  { anyOf: [{ properties: { key: false } }, { required: ['certificate'] }] },
  {
    anyOf: [
      { required: ['ca'], properties: { ...CHECKED, ...WITHOUT_PAIR } },
      { required: ['insecure'], properties: { ...UNCHECKED, ...WITHOUT_PAIR } },
      { required: pair, properties: CHECKED },
      { required: pair, properties: { ca: false } },
    ],
  },
];

/** The TLS settings for a receiver that needs more than the public authorities and no client certificate. */
export const tlsField = z
  .strictObject({
    ca: certificates(MAX_CA_LENGTH).optional().meta({
      description: 'Certificate authorities to trust instead of the public ones, at most 20 certificates.',
      format: 'pem-certificates',
      pattern: CERTIFICATES,
      example: CERTIFICATE_EXAMPLE,
    }),
    certificate: certificates(MAX_PEM_LENGTH).optional().meta({
      description: 'The client certificate, followed by intermediate certificates, at most 10.',
      format: 'pem-certificates',
      pattern: CERTIFICATES,
    }),
    key: pem(MAX_PEM_LENGTH).optional().meta({
      description:
        'The private key of the certificate: RSA of 2048 to 4096 bits, P-256, P-384, P-521, Ed25519 or Ed448. Never returned.',
      format: 'pem-private-key',
      pattern: KEY,
    }),
    insecure: insecure.optional(),
  })
  .superRefine(({ ca, certificate, key, insecure }, context) => {
    const refuse = (message: string, ...path: string[]) => context.addIssue({ code: 'custom', message, path });
    if (!ca && !certificate && !insecure && !key) refuse('is empty; null removes it');
    if (ca && insecure) refuse('has no effect together with insecure', 'ca');
    if (key && !certificate) refuse('requires a certificate', 'key');
    const problem = key && certificate && keyProblem(key, certificate);
    if (problem) refuse(problem, 'key');
  })
  .transform(({ ca, certificate, key, insecure }): TlsInput => {
    const settings = { ...(ca && { ca }), ...(certificate && { certificate }) };
    return { settings: insecure ? { ...settings, insecure } : settings, key };
  })
  .meta({
    description: 'TLS settings for the receiver: certificate authorities, a client certificate, or no check.',
    example: { ca: CERTIFICATE_EXAMPLE },
    allOf: formsWith(['certificate']),
  });

/** The same field for a new webhook, which needs the key. */
export const newTlsField = tlsField.meta({ allOf: formsWith(['certificate', 'key']) });

export const tlsAnswer = z.object({
  ca: z.string().optional(),
  certificate: z.string().optional(),
  insecure: z.boolean().optional(),
});

export const tlsJson = ({ ca, certificate, insecure }: TlsSettings) => ({ ca, certificate, insecure });
