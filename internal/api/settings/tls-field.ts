import { z } from 'zod';
import type { TlsSettings } from '../../domain/webhook-settings.js';
import { boundedText } from '../bounds.js';
import { isStorable, UNSTORABLE } from '../text.js';
import { keyProblem, pemProblem } from './pem.js';

const LONGEST_CA = 64 * 1024;
const LONGEST_PEM = 16 * 1024;

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n';

const pem = (longest: number) => boundedText(longest).min(1).refine(isStorable, UNSTORABLE);
const certificates = (longest: number) =>
  pem(longest).superRefine((text, context) => {
    const problem = pemProblem(text);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

export interface GivenTls {
  readonly settings: TlsSettings;
  /** Undefined: as it is stored. */
  readonly key: string | undefined;
}

/** How TLS is spoken with the receiver where the public authorities and no client certificate are not it. */
export const tlsField = z
  .strictObject({
    ca: certificates(LONGEST_CA).optional().meta({
      description: 'trusted instead of the public authorities: at most 20 certificates',
      example: CERTIFICATE,
    }),
    certificate: certificates(LONGEST_PEM)
      .optional()
      .meta({ description: 'shown to the receiver, intermediate ones after it: at most 10', example: CERTIFICATE }),
    key: pem(LONGEST_PEM).optional().meta({
      description:
        'of the certificate: RSA of 2048 to 4096 bits, P-256, P-384, P-521, Ed25519 or Ed448; never answered',
      example: KEY,
    }),
    insecure: z.boolean().optional().meta({
      description:
        "the receiver's certificate is not checked, so that a machine on the way can read; only where ALLOW_INSECURE_TLS is on",
      example: true,
    }),
  })
  .superRefine(({ ca, certificate, key, insecure }, context) => {
    const refuse = (message: string, ...path: string[]) => context.addIssue({ code: 'custom', message, path });
    if (!ca && !certificate && !insecure && !key) refuse('says nothing; null takes it back');
    if (ca && insecure) refuse('is of no use where nothing is checked (insecure)', 'ca');
    if (key && !certificate) refuse('comes with its certificate', 'key');
    const problem = key && certificate && keyProblem(key, certificate);
    if (problem) refuse(problem, 'key');
  })
  .transform(({ ca, certificate, key, insecure }): GivenTls => {
    const settings = { ...(ca && { ca }), ...(certificate && { certificate }) };
    return { settings: insecure ? { ...settings, insecure } : settings, key };
  })
  .meta({
    description: 'how TLS is spoken with the receiver: an authority of its own, a client certificate, or unchecked',
    example: { ca: CERTIFICATE },
  });

export const tlsAnswer = z.object({
  ca: z.string().optional(),
  certificate: z.string().optional(),
  insecure: z.boolean().optional(),
});

export const tlsJson = ({ ca, certificate, insecure }: TlsSettings) => ({ ca, certificate, insecure });
