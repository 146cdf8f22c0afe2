import net from 'node:net';

const KEEP_ALIVE_PROBE_MS = 60_000;
/**
 * Time for one of several addresses before the next one is tried. The last address has the rest of the time to connect.
 */
const NEXT_ADDRESS_MS = 1000;

/** Options of all sockets. */
export const TCP = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
  highWaterMark: 64 * 1024,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
};

/** Makes Node connect only to these addresses, one after the other, without a look-up of its own. */
export function fixedLookup(addresses: readonly string[]): net.LookupFunction {
  const entries = addresses.map((address) => ({ address, family: net.isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = entries;
    if (options.all) callback(null, entries);
    else callback(null, first?.address ?? '', first?.family);
  };
}
