import type { Config } from '../../../config/config.js';
import { makeOpener, type Opener } from '../../destinations/connection/opener.js';
import { readSystemAuthorities } from '../../destinations/connection/tls/system-authorities.js';
import { makeSystemResolver } from '../../destinations/lookup/system-resolver.js';
import { describeProxies, proxyFor } from '../../domain/egress/egress-proxies.js';
import type { EgressRules } from '../../domain/egress/egress-rules.js';
import { OPEN_IN_DEVELOPMENT } from '../../domain/egress/public-address.js';
import type { Logger } from '../../logger.js';

/**
 * Makes the only opener of connections to receivers. It logs which destinations besides public addresses are allowed.
 */
export function openOutwards({ egress, request }: Config, rules: EgressRules, logger: Logger): Opener {
  const ranges = [...(egress.development ? OPEN_IN_DEVELOPMENT : []), ...egress.allowRanges.map(({ text }) => text)];
  if (ranges.length > 0) logger.info('egress.opened', { development: egress.development, ranges: ranges.join(', ') });
  const { proxies } = egress;
  const authorities = readSystemAuthorities(egress.authorities);
  const { count, from } = authorities;
  if (count > 0) logger.info('egress.authorities_added', { certificates: count, from: from.join(', ') });
  if (proxies) logger.info('egress.proxied', describeProxies(proxies));
  return makeOpener({
    rules,
    resolve: makeSystemResolver({ timeoutMs: request.lookupTimeoutMs }),
    connectTimeoutMs: request.connectTimeoutMs,
    ...(count > 0 && { extraCa: authorities.pem }),
    ...(proxies && { proxyFor: (to) => proxyFor(to, proxies) }),
  });
}
