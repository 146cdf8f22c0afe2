import type { Config } from '../../../config/config.js';
import { makeOpener, type Opener } from '../../destinations/connection/opener.js';
import { makeSystemResolver } from '../../destinations/lookup/system-resolver.js';
import type { EgressRules } from '../../domain/egress/egress-rules.js';
import { OPEN_IN_DEVELOPMENT } from '../../domain/egress/public-address.js';
import type { Logger } from '../../logger.js';

/**
 * Makes the only opener of connections to receivers. It logs which destinations besides public addresses are allowed.
 */
export function openOutwards({ egress, request }: Config, rules: EgressRules, logger: Logger): Opener {
  const ranges = [...(egress.development ? OPEN_IN_DEVELOPMENT : []), ...egress.allowRanges.map(({ text }) => text)];
  if (ranges.length > 0) logger.info('egress.opened', { development: egress.development, ranges: ranges.join(', ') });
  return makeOpener({
    rules,
    resolve: makeSystemResolver({ timeoutMs: request.lookupTimeoutMs }),
    connectTimeoutMs: request.connectTimeoutMs,
    ...(egress.proxy && { proxy: egress.proxy }),
  });
}
