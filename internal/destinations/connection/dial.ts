import net from 'node:net';

const KEEP_ALIVE_PROBE_MS = 60_000;
/** How long one of several addresses is tried before the next; the last one has what is left of the time to connect. */
const NEXT_ADDRESS_MS = 1000;

/** Options of every socket. */
export const TCP = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
  highWaterMark: 64 * 1024,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
};

/** Makes Node connect to these addresses, one after the other, and to nothing that it would look up itself. */
export function givenAddresses(addresses: readonly string[]): net.LookupFunction {
  const entries = addresses.map((address) => ({ address, family: net.isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = entries;
    if (options.all) callback(null, entries);
    else callback(null, first?.address ?? '', first?.family);
  };
}
