import net from 'node:net';
import tls from 'node:tls';
import type { EgressProxy } from '../../domain/egress/egress-proxy.js';
import type { Destination, EgressRules } from '../../domain/egress/egress-rules.js';
import { spellDuration } from '../http/limits.js';
import type { ResolveHost } from '../lookup/resolve-host.js';
import { makeAddressGuard } from './address-guard.js';
import { ConnectError, DescribedFault } from './connect-error.js';
import { fixedLookup, TCP } from './dial.js';
import { type Opened, Opening } from './opening.js';
import { openTunnel } from './proxy-tunnel.js';
import { chainFault } from './tls/peer-certificates.js';
import { connectTls, explainTls } from './tls/tls-dial.js';
import { makeSecureContexts, type TlsProfile } from './tls/tls-profile.js';

export interface OpenerOptions {
  readonly rules: EgressRules;
  readonly resolve: ResolveHost;
  /**
   * `CONNECT_TIMEOUT`, which covers TCP, the proxy's answer and TLS together. The name look-up has a time limit of its
   * own.
   */
  readonly connectTimeoutMs: number;
  /**
   * The operator's proxy for connections without a proxy setting of their own. It may have any address. The answer
   * depends on the destination alone.
   */
  proxyFor?(to: Destination): EgressProxy | undefined;
  /** Certificates (PEM) to trust instead of Node's own list. */
  readonly ca?: string | Buffer;
  /** Certificates (PEM) to trust beside that list, unless a webhook names its own authority. */
  readonly extraCa?: string;
}

/** The parts of a connection path that differ from the default. */
export interface ConnectionPath {
  readonly tls?: TlsProfile;
  /**
   * The webhook's own proxy, whose address is judged like a receiver's. `none` means directly, and undefined means the
   * default proxy.
   */
  readonly proxy?: EgressProxy | 'none';
}

export interface OpenRequest extends ConnectionPath {
  readonly to: Destination;
  /** The session of an earlier TLS connection to the same origin by the same connection path. */
  readonly session?: Buffer;
  onSession?(session: Buffer): void;
}

/**
 * Opens all sockets to receivers, and prevents forbidden connections. All addresses of a name are judged, and
 * connections are made to exactly those addresses, without another look-up between judging and connecting. After
 * connecting, the socket's own remote address is judged too. Errors are `ConnectError`s.
 */
export interface Opener {
  open(request: OpenRequest, opened: Opened): Opening;
}

export function makeOpener(options: OpenerOptions): Opener {
  const guard = makeAddressGuard(options.rules, options.resolve);
  const tunnel = { resolve: options.resolve, connectTimeoutMs: options.connectTimeoutMs };
  const secureContextOf = makeSecureContexts(options);

  function open(request: OpenRequest, opened: Opened): Opening {
    const opening = new Opening((error, socket) => opened(error && new ConnectError(error), socket));
    find(request.to, opening, (addresses) => start(request, addresses, opening));
    return opening;
  }

  /** Literal addresses are judged here too. The result never arrives synchronously. */
  function find(to: Destination, opening: Opening, found: (addresses: readonly string[]) => void): void {
    const attempt = (work: () => void) => {
      try {
        work();
      } catch (error) {
        process.nextTick(() => opening.fail(error as Error));
      }
    };
    attempt(() => {
      const addresses = guard.addressesOf(to);
      if (addresses instanceof Promise) {
        addresses.then(
          (later) => opening.isOpen && attempt(() => found(later)),
          (error: Error) => opening.fail(error),
        );
      } else found(addresses);
    });
  }

  function start(request: OpenRequest, addresses: readonly string[], opening: Opening): void {
    const { connectTimeoutMs } = options;
    // The TLS context is checked before a socket is opened, so that an unusable one fails this call and not a callback
    // of a proxy.
    if (request.to.protocol === 'https:') secureContextOf(request.tls);
    const words = `could not connect within ${spellDuration(connectTimeoutMs)}`;
    opening.within(connectTimeoutMs, () => new DescribedFault('timeout', words));
    const proxy = request.proxy ?? options.proxyFor?.(request.to);
    if (!proxy || proxy === 'none') {
      connect(request, { lookup: fixedLookup(addresses) }, opening);
      return;
    }
    openTunnel(
      { ...tunnel, proxy, guard: request.proxy && guard, port: request.to.port, addresses },
      opening,
      (socket) => {
        opening.within(connectTimeoutMs, () => new DescribedFault('timeout', words));
        connect(request, { socket }, opening);
      },
    );
  }

  /** Connects to the addresses, or begins TLS on a socket that is already connected. */
  function connect(
    request: OpenRequest,
    by: { readonly lookup: net.LookupFunction } | { readonly socket: net.Socket },
    opening: Opening,
  ): void {
    const { to } = request;
    if (to.protocol === 'http:' && 'socket' in by) {
      opening.succeed();
      return;
    }
    const target = { ...TCP, ...by, host: to.hostname, port: to.port };
    const isPlain = to.protocol === 'http:';
    const socket = isPlain ? net.connect(target) : connectTls(request, target, secureContextOf(request.tls));
    opening.use(socket, socket instanceof tls.TLSSocket ? explainTls(socket, request.tls) : undefined);
    if ('lookup' in by) socket.once('connect', () => judge(socket, opening) && !isPlain && opening.shakeHands());
    else opening.shakeHands();
    socket.once(isPlain ? 'connect' : 'secureConnect', () => succeed(request, socket, opening));
  }

  function succeed({ tls: profile }: OpenRequest, socket: net.Socket, opening: Opening): void {
    const fault = profile?.insecure && socket instanceof tls.TLSSocket ? chainFault(socket) : undefined;
    if (fault) opening.fail(fault);
    else opening.succeed();
  }

  /** Judges the remote address that the socket reports. */
  function judge(socket: net.Socket, opening: Opening): boolean {
    const isAllowed = guard.isAllowed(socket.remoteAddress ?? '');
    if (!isAllowed)
      opening.fail(new DescribedFault('forbidden_address', 'the connection led to an address that is not public'));
    return isAllowed;
  }

  return { open };
}
