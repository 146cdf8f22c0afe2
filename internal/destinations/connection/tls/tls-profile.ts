import { createPrivateKey } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { isDearKey } from '../../../domain/credentials/key-limits.js';
import { KnownFault } from '../connect-error.js';
import { TLS_LIMITS } from './tls-limits.js';

/** How TLS is spoken where it is not as usual. Its values (PEM) never change: a change makes a new profile with a new id. */
export interface TlsProfile {
  /** Requests of one origin share connections only when their profiles have the same id. */
  readonly id: string;
  /** Trusted in place of Node's list. */
  readonly ca?: string;
  /** Trusted beside Node's list. */
  readonly extraCa?: string;
  /** Shown to the receiver, with the key that belongs to it. */
  readonly cert?: string;
  readonly key?: string;
  /** The receiver's certificate is not checked. */
  readonly insecure?: boolean;
}

/** @throws {KnownFault} where a profile's certificates or key cannot be used */
export type SecureContexts = (profile: TlsProfile | undefined) => SecureContext;

/** One context a profile: building one for each connection costs more than the connection. */
export function makeSecureContexts(ca: string | Buffer | undefined): SecureContexts {
  const usual = createSecureContext({ ...TLS_LIMITS, ...(ca !== undefined && { ca }) });
  const byProfile = new WeakMap<TlsProfile, SecureContext | KnownFault>();
  return (profile) => {
    if (profile === undefined) return usual;
    const made = byProfile.get(profile) ?? contextOf(profile, ca);
    byProfile.set(profile, made);
    if (made instanceof KnownFault) throw made;
    return made;
  };
}

/** OpenSSL's own words could repeat what it was given. */
function contextOf(
  { ca, extraCa, cert, key }: TlsProfile,
  usualCa: string | Buffer | undefined,
): SecureContext | KnownFault {
  const trusted = ca ?? usualCa;
  try {
    if (key && isDearKey(createPrivateKey(key)))
      return new KnownFault(
        'bad_request',
        "the key of the webhook's certificate is larger than RSA 4096 and is not used",
      );
    const shown = { ...(cert && { cert }), ...(key && { key }) };
    const made = createSecureContext({ ...TLS_LIMITS, ...shown, ...(trusted && { ca: trusted }) });
    if (extraCa) addAuthorities(made, extraCa);
    return made;
  } catch {
    return new KnownFault('bad_request', "the webhook's certificate, key or CA cannot be used");
  }
}

/**
 * Node's types leave out what its own `ca` is made with. To name Node's list together with one more authority as `ca` parses
 * 144 certificates each time: 46 ms of the event loop, and this 1 ms.
 */
function addAuthorities({ context }: SecureContext, pem: string): void {
  (context as { addCACert(pem: string): void }).addCACert(pem);
}
