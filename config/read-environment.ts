import { ENV_PREFIX } from './schema.js';
import { type SourceValues, toSourceValues } from './source-values.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Kubernetes sets such variables in every container beside a service that is called `hukz`:
 * `HUKZ_PORT=tcp://10.0.0.1:8000`, `HUKZ_SERVICE_HOST`, `HUKZ_PORT_8000_TCP_ADDR`, … They are no configuration of hukz.
 */
const SERVICE_LINK = /^HUKZ_(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT_\d+_(TCP|UDP|SCTP)(_.*)?)$/;
const SERVICE_LINK_VALUE = /^(tcp|udp|sctp):\/\//;

/** Variables of `hukz-client` and of the command line, which may be set where hukz itself runs. */
const OF_CLIENTS = new Set(['HUKZ_URL', 'HUKZ_TOKEN', 'HUKZ_USER', 'HUKZ_SPACE', 'HUKZ_CONTEXT']);

/** The keys among the variables of the environment: those with our prefix. */
export function readEnvironment(env: Environment): SourceValues {
  const ours: [string, string][] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.toUpperCase().startsWith(ENV_PREFIX) || text === undefined) continue;
    if (OF_CLIENTS.has(name.toUpperCase())) continue;
    if (SERVICE_LINK.test(name) || (name.endsWith('PORT') && SERVICE_LINK_VALUE.test(text))) continue;
    ours.push([name.slice(ENV_PREFIX.length), text]);
  }
  return toSourceValues(ours, (key) => `${ENV_PREFIX}${key}`, { mayRun: true, sharesNames: true });
}
