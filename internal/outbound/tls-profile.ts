import { createSecureContext, type SecureContext } from 'node:tls';
import { KnownFault } from './connect-error.js';

/** How TLS is spoken where it is not as usual. Its values (PEM) never change: a change makes a new profile with a new id. */
export interface TlsProfile {
  /** Requests of one origin share connections only when their profiles have the same id. */
  readonly id: string;
  /** Trusted in place of Node's list. */
  readonly ca?: string;
  /** Shown to the receiver, with the key that belongs to it. */
  readonly cert?: string;
  readonly key?: string;
  /** The receiver's certificate is not checked. */
  readonly insecure?: boolean;
}

export type SecureContexts = (profile: TlsProfile | undefined) => SecureContext;

/** One context a profile: building one for each connection costs more than the connection. */
export function makeSecureContexts(ca: string | Buffer | undefined): SecureContexts {
  const usual = createSecureContext(ca === undefined ? {} : { ca });
  const byProfile = new WeakMap<TlsProfile, SecureContext>();
  return (profile) => {
    if (profile === undefined) return usual;
    const known = byProfile.get(profile);
    if (known) return known;
    const made = contextOf(profile, ca);
    byProfile.set(profile, made);
    return made;
  };
}

/** OpenSSL's own words could repeat what it was given. */
function contextOf({ ca, cert, key }: TlsProfile, usualCa: string | Buffer | undefined): SecureContext {
  const trusted = ca ?? usualCa;
  try {
    return createSecureContext({ ...(trusted && { ca: trusted }), ...(cert && { cert }), ...(key && { key }) });
  } catch {
    throw new KnownFault('bad_request', "the webhook's certificate, key or CA cannot be used");
  }
}
