import { randomFillSync } from 'node:crypto';
import { makeUuids } from '../../internal/domain/message/uuid.js';
import { sign } from '../../packages/signatures/src/sign.js';
import { usageError } from '../command-failed.js';
import { resolveSecret } from '../connection/secret-reference.js';
import type { Input, LocalSession } from '../session/session.js';
import { schemeFor } from './read-secret.js';
import { readBytes } from './verify.js';

export interface SignOptions {
  readonly secret: string;
  readonly scheme?: string;
  readonly prefix?: string;
  readonly id?: string;
  readonly event?: string;
  readonly requestId?: string;
  readonly at?: string;
}

/** `hukz sign`: prints the headers by which the service signs a body. */
export async function signBody({ here, out }: LocalSession, { args, options }: Input<SignOptions>): Promise<void> {
  const { prefix, event, requestId } = options;
  const secret = await resolveSecret(options.secret, here);
  const scheme = schemeFor(secret, options.scheme);
  const sentAt = options.at === undefined ? new Date() : new Date(options.at);
  if (Number.isNaN(sentAt.getTime()))
    throw usageError(`--at: "${options.at}" is no time.`, 'Write it as 2026-12-01T08:00:00Z');
  const body = await readBytes(here, args[0] ?? '-');
  const id = options.id ?? makeUuids((bytes) => randomFillSync(bytes))(sentAt.getTime());
  const headers = await sign({ id, body, sentAt, event, requestId }, { secret, scheme, prefix });
  if (out.format !== 'table' && out.format !== 'wide') return out.object(headers, []);
  out.text(
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  );
}
