import { createPrivateKey } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { isDearKey } from '../../../domain/credentials/key-limits.js';
import { DescribedFault } from '../connect-error.js';
import { TLS_LIMITS } from './tls-limits.js';

/**
 * TLS options that differ from the default. Its values (PEM) are immutable: a change makes a new profile with a new id.
 */
export interface TlsProfile {
  /** Requests of one origin share connections only when their profiles have the same id. */
  readonly id: string;
  /** Trusted in place of Node's list. */
  readonly ca?: string;
  /** Trusted in addition to Node's list. */
  readonly extraCa?: string;
  /** The certificate that is shown to the receiver, with its key. */
  readonly cert?: string;
  readonly key?: string;
  /** Set when the receiver's certificate is not checked. */
  readonly insecure?: boolean;
}

/** @throws {DescribedFault} when a profile's certificates or key cannot be used */
export type SecureContexts = (profile: TlsProfile | undefined) => SecureContext;

export interface TrustedAuthorities {
  /** Trusted instead of Node's list. */
  readonly ca?: string | Buffer;
  /** Trusted beside Node's list. */
  readonly extraCa?: string;
}

/** Makes one context per profile, because a new context per connection would cost more than the connection. */
export function makeSecureContexts({ ca, extraCa }: TrustedAuthorities): SecureContexts {
  const defaultContext = createSecureContext({ ...TLS_LIMITS, ...(ca !== undefined && { ca }) });
  if (extraCa) addAuthorities(defaultContext, extraCa);
  const byProfile = new WeakMap<TlsProfile, SecureContext | DescribedFault>();
  return (profile) => {
    if (profile === undefined) return defaultContext;
    const made = byProfile.get(profile) ?? contextOf(profile, { ca, extraCa });
    byProfile.set(profile, made);
    if (made instanceof DescribedFault) throw made;
    return made;
  };
}

/** OpenSSL's own error texts could repeat its input. */
function contextOf(
  { ca, extraCa, cert, key }: TlsProfile,
  byDefault: { readonly ca: string | Buffer | undefined; readonly extraCa: string | undefined },
): SecureContext | DescribedFault {
  const trusted = ca ?? byDefault.ca;
  try {
    if (key && isDearKey(createPrivateKey(key)))
      return new DescribedFault(
        'bad_request',
        "the key of the webhook's certificate is larger than RSA 4096 and is not used",
      );
    const shown = { ...(cert && { cert }), ...(key && { key }) };
    const made = createSecureContext({ ...TLS_LIMITS, ...shown, ...(trusted && { ca: trusted }) });
    for (const extra of [extraCa, ca ? undefined : byDefault.extraCa]) if (extra) addAuthorities(made, extra);
    return made;
  } catch {
    return new DescribedFault('bad_request', "the webhook's certificate, key or CA cannot be used");
  }
}

/**
 * Adds an authority to Node's list with the native method behind `ca`, which Node's types omit. To pass Node's list and
 * one more authority as `ca` would parse 144 certificates each time: 46 ms of the event loop, where this function takes
 * 1 ms.
 */
function addAuthorities({ context }: SecureContext, pem: string): void {
  (context as { addCACert(pem: string): void }).addCACert(pem);
}
