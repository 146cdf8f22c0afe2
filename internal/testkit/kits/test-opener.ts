import { makeOpener, type Opener, type OpenerOptions } from '../../destinations/connection/opener.js';
import { makeSystemResolver } from '../../destinations/lookup/system-resolver.js';
import type { EgressProxy } from '../../domain/egress/egress-proxy.js';
import { type EgressSettings, makeEgressRules } from '../../domain/egress/egress-rules.js';
import { PUBLIC_ONLY } from '../egress-settings.js';

/**
 * Opens connection paths as in development, so that receivers on 127.0.0.1 are reachable. A test may restrict them or
 * resolve names.
 */
export function makeTestOpener({
  egress,
  proxy,
  ...more
}: Partial<OpenerOptions> & {
  readonly egress?: Partial<EgressSettings>;
  readonly proxy?: EgressProxy;
} = {}): Opener {
  return makeOpener({
    rules: makeEgressRules({ ...PUBLIC_ONLY, development: true, ...egress }),
    resolve: makeSystemResolver({ timeoutMs: 1000 }),
    connectTimeoutMs: 1000,
    ...(proxy && { proxyFor: () => proxy }),
    ...more,
  });
}
