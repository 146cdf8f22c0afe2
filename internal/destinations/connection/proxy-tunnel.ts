import net from 'node:net';
import type { EgressProxy } from '../../domain/egress/egress-proxy.js';
import { isLocalhost, LOOPBACK } from '../../domain/egress/egress-rules.js';
import { spellDuration } from '../http/limits.js';
import type { ResolveHost } from '../lookup/resolve-host.js';
import type { AddressGuard } from './address-guard.js';
import { DescribedFault } from './connect-error.js';
import { codeOf } from './describe-error.js';
import { fixedLookup, TCP } from './dial.js';
import { FAULTS } from './fault-table.js';
import type { Opening } from './opening.js';
import { readConnectAnswer } from './proxy-answer.js';

export interface TunnelPlan {
  readonly proxy: EgressProxy;
  /** Judges the address of the proxy. Undefined allows every address. */
  readonly guard: AddressGuard | undefined;
  /**
   * The receiver's addresses. The proxy receives an address that was judged and never a name, because it would look up
   * the name again.
   */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly resolve: ResolveHost;
  readonly connectTimeoutMs: number;
}

/**
 * Statuses by which a gateway reports a fault of the servers behind it (RFC 9110). If these failures were never
 * counted, a delivery would never be given up.
 */
const OF_THE_RECEIVER: ReadonlySet<number> = new Set([502, 504]);

/** Any other failure of a proxy is a local fault, and not the receiver's. */
const broken = (description: string) => new DescribedFault('local_fault', `the proxy ${description}`);

const forbidden = (description: string) =>
  new DescribedFault('forbidden_address', `the proxy may not be used: ${description}`);

/** Connects to the proxy and requests a tunnel to the receiver (CONNECT), to one address after the other. */
export function openTunnel(plan: TunnelPlan, opening: Opening, ready: (socket: net.Socket) => void): void {
  const { connectTimeoutMs } = plan;
  opening.within(connectTimeoutMs, () => broken(`opened no tunnel within ${spellDuration(connectTimeoutMs)}`));
  tryAddresses(plan, opening).then(
    (socket) => socket && opening.isOpen && ready(socket),
    (error: Error) => opening.fail(error),
  );
}

async function tryAddresses(plan: TunnelPlan, opening: Opening): Promise<net.Socket | undefined> {
  const lookup = fixedLookup(await addressesOf(plan));
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
    if (status === 407) throw broken('rejects the user and password, or requires them (407)');
  }
  if (OF_THE_RECEIVER.has(status))
    throw new DescribedFault('connect', `the proxy could not connect (it answered ${status})`);
  throw broken(status === 0 ? 'did not answer in HTTP' : `answered ${status}`);
}

async function addressesOf({ proxy, guard, resolve }: TunnelPlan): Promise<readonly string[]> {
  if (guard) return judgedAddresses(proxy, guard);
  if (net.isIP(proxy.host)) return [proxy.host];
  if (isLocalhost(proxy.host)) return LOOPBACK;
  return resolve(proxy.host).catch(() => {
    throw broken('has a host name that cannot be resolved');
  });
}

/** The protocol is https here, because HTTPS_ONLY does not concern plain HTTP to a proxy. */
async function judgedAddresses({ host, port }: EgressProxy, guard: AddressGuard): Promise<readonly string[]> {
  try {
    return await guard.addressesOf({ protocol: 'https:', hostname: host, port });
  } catch (error) {
    if (error instanceof DescribedFault && error.fault.reason === 'forbidden_address')
      throw forbidden(error.fault.description);
    throw broken('has a host name that cannot be resolved');
  }
}

function connectRequest(address: string, { port, proxy }: TunnelPlan): string {
  const to = `${net.isIPv6(address) ? `[${address}]` : address}:${port}`;
  const login = proxy.authorization ? `Proxy-Authorization: ${proxy.authorization}\r\n` : '';
  return `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n${login}\r\n`;
}

function unreachable(error: Error): DescribedFault {
  const code = codeOf(error);
  const description = error instanceof DescribedFault ? error.fault.description : FAULTS.get(code)?.description;
  return broken(`cannot be reached (${description ?? code})`);
}
