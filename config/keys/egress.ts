import {
  egressProxy,
  flag,
  headerPatterns,
  hostPatterns,
  ipRanges,
  nat64Prefixes,
  noProxy,
  portRanges,
} from '../formats.js';
import { key } from '../key.js';

/** The addresses that requests may be sent to. */
export const egressKeys = {
  allowRanges: key('EGRESS_ALLOW_CIDRS', '', {
    doc: 'Address ranges, comma-separated, that receivers may be in although they are not public: 10.1.0.0/16,fd12::/16. A metadata service or link-local address needs an entry for that one address.',
    format: ipRanges,
  }),
  denyRanges: key('EGRESS_DENY_CIDRS', '', {
    doc: 'Address ranges, comma-separated, that receivers may not be in. They take precedence over EGRESS_ALLOW_CIDRS.',
    format: ipRanges,
  }),
  denyHosts: key('EGRESS_DENY_HOSTS', '', {
    doc: 'Host names, comma-separated, that receivers may not have. An asterisk matches any text: *.internal.example,metadata.* for example.',
    format: hostPatterns,
  }),
  nat64Prefixes: key('EGRESS_NAT64_PREFIXES', '', {
    doc: 'NAT64 prefixes of your network, comma-separated, besides 64:ff9b::/96: 2001:db8:64::/96. hukz judges an address with such a prefix as the IPv4 address that it contains.',
    format: nat64Prefixes,
  }),
  allowPorts: key('EGRESS_ALLOW_PORTS', '', {
    doc: 'Ports, comma-separated, that receivers may have: 443,8000-8999. Empty: 80, 443 and 1024-65535 in production, all ports in development.',
    format: portRanges,
  }),
  httpsOnly: key('HTTPS_ONLY', 'false', { doc: 'Refuses receivers whose URL is not https.', format: flag }),
  insecureTls: key('ALLOW_INSECURE_TLS', 'true', {
    doc: "Allows webhooks with tls.insecure, which skips the check of the receiver's certificate. If false, such webhooks are refused, and deliveries of stored ones wait.",
    format: flag,
  }),
  forbiddenHeaders: key('FORBIDDEN_WEBHOOK_HEADERS', '', {
    doc: 'Request headers, comma-separated, that webhooks may not set: x-user,x-forwarded-* for example. An asterisk at the end means every name with that beginning. Deliveries of stored webhooks that set one wait.',
    format: headerPatterns,
  }),
  proxy: key('EGRESS_PROXY', '', {
    doc: 'HTTP proxy for all requests to receivers, used with CONNECT: http://user:password@proxy:3128. Empty: the proxies in the variables HTTP_PROXY and HTTPS_PROXY, except for receivers in NO_PROXY. none: no proxy.',
    format: egressProxy,
    sensitive: true,
  }),
  noProxy: key('EGRESS_NO_PROXY', '', {
    doc: 'Receivers that requests go to without a proxy, comma-separated: example.com with the names below it, .example.com for those names alone, 10.0.0.0/8, example.com:8443.',
    format: noProxy,
  }),
  webhookListeners: key('WEBHOOK_LISTENERS', 'false', {
    doc: 'Allows webhooks with listen, whose requests travel over NATS to the prompt of "hukz listen --as-webhook". hukz then publishes below $HUKZ.LISTEN. If false, such webhooks are refused, and deliveries of stored ones wait.',
    format: flag,
  }),
  webhookProxies: key('WEBHOOK_PROXIES', 'false', {
    doc: 'Allows webhooks to name a proxy of their own. The creator of a webhook then decides which route its requests take.',
    format: flag,
  }),
};
