import { type Parsed, parsed, refused } from '../internal/domain/text/parsed.js';

/** One address of `NATS_URL`. */
export interface NatsServer {
  /** Without user and password, which the client would take for a part of the host's name. */
  readonly address: string;
  /** Whether the scheme asks for TLS. */
  readonly tls: boolean;
  /** `user:password@` or `token@`. */
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

const SCHEME = /^[a-z]+:\/\//i;

/** Reads `nats://a:4222,tls://user:password@b:4222,c`: what `NATS_URL` may be. Problems never repeat the text. */
export function parseServers(text: string): Parsed<readonly NatsServer[]> {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  const servers = parts.map((part) => parseServer(part.trim())).filter((server) => server !== undefined);
  return servers.length > 0 && servers.length === parts.length
    ? parsed(servers)
    : refused(
        'must be addresses such as nats://localhost:4222, joined by commas; the schemes ws and wss are not known',
      );
}

function parseServer(text: string): NatsServer | undefined {
  try {
    const [scheme = 'nats://'] = SCHEME.exec(text) ?? [];
    // Other schemes than tls are a plain connection, on which the server may ask for TLS. The URL must not take the
    // port 80 for the default one of http.
    const url = new URL(`nats://${text.replace(SCHEME, '')}`);
    const isPlain = url.hostname !== '' && (url.pathname === '' || url.pathname === '/') && url.search === '';
    if (!isPlain || /^wss?:/i.test(scheme)) return undefined;
    const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    return {
      address: `nats://${url.hostname}:${url.port || '4222'}`,
      tls: /^tls:/i.test(scheme),
      ...(password !== '' && { user, password }),
      ...(user !== '' && password === '' && { token: user }),
    };
  } catch {
    return undefined;
  }
}
