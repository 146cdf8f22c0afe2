import { type SchemeName, schemeNames, schemeOf } from '../internal/domain/signature/schemes.js';
import { CommandFailed } from './command-failed.js';
import type { ReceivedRequest } from './open-receiver.js';

/** Whether a request proves by one of its headers that its sender has the secret; a receiver of one's own also checks the age. */
export function isSignedBy(secret: string, request: ReceivedRequest): boolean {
  return schemesFor(secret).some((name) => {
    const { makeSign, usualPrefix = '' } = schemeOf(name);
    const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = request.headers;
    const toSign = { id: String(id), timestamp: Number(timestamp), subject: '', body: request.body };
    const signature = makeSign([secret], usualPrefix)(toSign).at(-1) ?? '';
    // One of several in its header, while a secret replaces another.
    return Object.values(request.headers).some((value) =>
      String(value)
        .split(/[ ,](?=v1|sha)/)
        .includes(signature),
    );
  });
}

/** @throws {CommandFailed} when it can be nobody's secret */
export function requireSecret(secret: string): void {
  if (schemesFor(secret).length === 0) throw new CommandFailed('--secret: this can be no secret of a webhook');
}

/** Those that a secret may be of: its prefix tells, or it is a text. */
function schemesFor(secret: string): readonly SchemeName[] {
  const fitting = schemeNames.filter((name) => schemeOf(name).problemOf(secret) === undefined);
  const [first] = fitting;
  return secret.startsWith('whs') && first ? [first] : fitting;
}
