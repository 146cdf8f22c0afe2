import { connect } from 'node:net';
import { loadOptionalConfig } from '../../config/load.js';
import { messageOf } from '../../internal/errors.js';
import { explainFailure } from '../explain-failure.js';
import type { Invocation } from '../invocation.js';
import { findUpState } from '../up/up-state.js';
import { type Check, fail, ok, warn } from './check.js';

const NAME = 'egress';
const TIMEOUT_MS = 3000;

/** The rules for addresses that requests may be sent to, and the proxy on the way. */
export async function checkEgress(here: Invocation): Promise<readonly Check[]> {
  try {
    const { egress, mode: configured } = loadOptionalConfig(here);
    // `hukz up` is in development unless the configuration says otherwise.
    const mode = (await findUpState(here.cwd))?.mode ?? configured;
    const { allowRanges, httpsOnly, insecureTls, proxy } = egress;
    const rules = [
      mode === 'development' ? 'private networks are allowed (MODE=development)' : 'public addresses only',
      ...(allowRanges.length > 0 ? [`${allowRanges.length} ranges in EGRESS_ALLOW_CIDRS`] : []),
      httpsOnly ? 'https only' : 'http and https',
      insecureTls ? 'tls.insecure is allowed' : 'certificates are always checked',
    ].join(', ');
    // Half of all addresses is no exception any more.
    const isWide = allowRanges.some(({ first, last, bits }) => last - first >= 2n ** BigInt(bits - 1) - 1n);
    const advice = 'EGRESS_ALLOW_CIDRS has a range that is nearly everything: name the networks of your receivers.';
    return [
      isWide ? warn(NAME, rules, advice) : ok(NAME, rules),
      ...(proxy && proxy !== 'none' ? [await checkProxy(proxy)] : []),
    ];
  } catch (error) {
    return [fail('configuration', explainFailure(error), 'Correct the keys that are named.')];
  }
}

async function checkProxy({ host, port }: { readonly host: string; readonly port: number }): Promise<Check> {
  const name = 'egress proxy';
  try {
    await reach(host, port);
    return ok(name, `${host}:${port} accepts connections`);
  } catch (error) {
    return fail(name, `${host}:${port}: ${messageOf(error)}`, 'Check EGRESS_PROXY; nothing can be sent without it.');
  }
}

function reach(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer within 3 s')));
    socket.once('error', reject);
  });
}
