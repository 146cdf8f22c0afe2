import type { EgressSettings } from '../domain/egress/egress-rules.js';

/** Public addresses only, on every port, with or without TLS. */
export const PUBLIC_ONLY: EgressSettings = {
  development: false,
  allowRanges: [],
  denyRanges: [],
  denyHosts: [],
  nat64Prefixes: [],
  allowPorts: [],
  httpsOnly: false,
};
