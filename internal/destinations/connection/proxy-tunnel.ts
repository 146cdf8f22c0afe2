import net from 'node:net';
import type { EgressProxy } from '../../domain/egress/egress-proxy.js';
import { isLocalhost, LOOPBACK } from '../../domain/egress/egress-rules.js';
import { spellDuration } from '../http/limits.js';
import type { ResolveHost } from '../lookup/resolve-host.js';
import type { AddressGuard } from './address-guard.js';
import { KnownFault } from './connect-error.js';
import { codeOf } from './describe-error.js';
import { givenAddresses, TCP } from './dial.js';
import { FAULTS } from './fault-table.js';
import type { Opening } from './opening.js';
import { readConnectAnswer } from './proxy-answer.js';

export interface TunnelPlan {
  readonly proxy: EgressProxy;
  /** Judges where the proxy is; undefined: it may be anywhere. */
  readonly guard: AddressGuard | undefined;
  /** Of the receiver. The proxy is told an address that was judged, never a name: it would look it up anew. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly resolve: ResolveHost;
  readonly connectTimeoutMs: number;
}

/** By these a gateway says that those behind it are at fault (RFC 9110): for ever uncounted, nothing would ever be given up. */
const OF_THE_RECEIVER: ReadonlySet<number> = new Set([502, 504]);

/** Whatever else a proxy does wrong is a fault of ours, and no receiver's. */
const broken = (words: string) => new KnownFault('local_fault', `the proxy ${words}`);

const forbidden = (words: string) => new KnownFault('forbidden_address', `the proxy may not be used: ${words}`);

/** Connects to the proxy and asks it (CONNECT) for a way to the receiver, to one address after the other. */
export function openTunnel(plan: TunnelPlan, opening: Opening, ready: (socket: net.Socket) => void): void {
  const { connectTimeoutMs } = plan;
  opening.within(connectTimeoutMs, () => broken(`opened no way within ${spellDuration(connectTimeoutMs)}`));
  tryAddresses(plan, opening).then(
    (socket) => socket && opening.isOpen && ready(socket),
    (error: Error) => opening.fail(error),
  );
}

async function tryAddresses(plan: TunnelPlan, opening: Opening): Promise<net.Socket | undefined> {
  const lookup = givenAddresses(await addressesOf(plan));
  let status = 0;
  for (const address of plan.addresses) {
    if (!opening.isOpen) return undefined;
    const socket = net.connect({ ...TCP, host: plan.proxy.host, port: plan.proxy.port, lookup });
    let isUp = false;
    opening.use(socket, (error) => (isUp ? error : unreachable(error)));
    socket.once('connect', () => {
      if (plan.guard?.isAllowed(socket.remoteAddress ?? '') === false)
        opening.fail(forbidden('it led to an address that is not public'));
      else socket.write(connectRequest(address, plan));
    });
    status = await readConnectAnswer(socket);
    isUp = status >= 200 && status < 300;
    if (isUp) return socket;
    socket.destroy();
    if (status === 407) throw broken('wants another user and password (407)');
  }
  if (OF_THE_RECEIVER.has(status)) throw new KnownFault('connect', `the proxy found no way (it answered ${status})`);
  throw broken(status === 0 ? 'did not answer in HTTP' : `answered ${status}`);
}

async function addressesOf({ proxy, guard, resolve }: TunnelPlan): Promise<readonly string[]> {
  if (guard) return judgedAddresses(proxy, guard);
  if (net.isIP(proxy.host)) return [proxy.host];
  if (isLocalhost(proxy.host)) return LOOPBACK;
  return resolve(proxy.host).catch(() => {
    throw broken('has a name that cannot be looked up');
  });
}

/** https: that a proxy is spoken to in plain HTTP is not what HTTPS_ONLY is about. */
async function judgedAddresses({ host, port }: EgressProxy, guard: AddressGuard): Promise<readonly string[]> {
  try {
    return await guard.addressesOf({ protocol: 'https:', hostname: host, port });
  } catch (error) {
    if (error instanceof KnownFault && error.fault.reason === 'forbidden_address') throw forbidden(error.fault.words);
    throw broken('has a name that cannot be looked up');
  }
}

function connectRequest(address: string, { port, proxy }: TunnelPlan): string {
  const to = `${net.isIPv6(address) ? `[${address}]` : address}:${port}`;
  const login = proxy.authorization ? `Proxy-Authorization: ${proxy.authorization}\r\n` : '';
  return `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n${login}\r\n`;
}

function unreachable(error: Error): KnownFault {
  const code = codeOf(error);
  const words = error instanceof KnownFault ? error.fault.words : FAULTS.get(code)?.words;
  return broken(`cannot be reached (${words ?? code})`);
}
