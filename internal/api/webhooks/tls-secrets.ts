import { writeTlsKey } from '../../domain/credentials/tls-key.js';
import type { SecretChange } from '../../domain/secrets/secret.js';
import { AppError } from '../../errors.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import { certificatesProblem, MAX_CERTIFICATES } from './settings/pem.js';
import type { TlsInput } from './settings/tls-field.js';

const PARTS = ['ca', 'certificate'] as const;

/** A `tls` whose certificates have been parsed. */
export interface JudgedTls extends TlsInput {
  readonly problems: { readonly [Part in (typeof PARTS)[number]]?: string };
}

export type Judged<Body extends { readonly tls?: TlsInput | null | undefined }> = Omit<Body, 'tls'> & {
  readonly tls?: JudgedTls | null | undefined;
};

/**
 * Parses the certificates of a body, a few per turn of the event loop. The stored webhook decides whether a problem
 * matters.
 */
export async function withJudgedCertificates<Body extends { readonly tls?: TlsInput | null | undefined }>(
  body: Body,
): Promise<Judged<Body>> {
  const { tls, ...rest } = body;
  if (!tls) return { ...rest, tls };
  const problems: { ca?: string; certificate?: string } = {};
  for (const part of PARTS) {
    const pem = tls.settings[part];
    const problem = pem && (await certificatesProblem(pem, { now: Date.now(), maxCount: MAX_CERTIFICATES[part] }));
    if (problem) problems[part] = problem;
  }
  return { ...rest, tls: { ...tls, problems } };
}

/** Returns the change of a client certificate's key. A stored key stays with the certificate that it was given for. */
export function tlsSecrets(current: Webhook | undefined, tls: JudgedTls | null | undefined): readonly SecretChange[] {
  if (tls === undefined) return [];
  if (tls) requireLimits(current, tls);
  if (!tls?.settings.certificate) return [{ purpose: 'tls', value: null }];
  if (tls.key !== undefined) return [{ purpose: 'tls', value: writeTlsKey(tls.key), hint: '' }];
  if (tls.settings.certificate === current?.settings.tls?.certificate) return [];
  const message = 'tls.key is a required field with a new certificate';
  throw new AppError(current ? 'conflict' : 'unprocessable', message, 'tls');
}

/** Values that the webhook has already may be sent back as they were read, because they make nothing worse. */
function requireLimits(current: Webhook | undefined, { settings, problems }: JudgedTls): void {
  for (const part of PARTS) {
    const problem = problems[part];
    if (problem && settings[part] !== current?.settings.tls?.[part])
      throw new AppError('unprocessable', `tls.${part}: ${problem}`, 'tls');
  }
}
