import type { IpAddress } from './ip-address.js';
import { type IpRange, isWithin, parseRanges } from './ip-range.js';

/**
 * Services that give a machine's credentials to each program on it. They are denied in every mode and within every
 * allowed range, unless an entry for the single address allows one. Most clouds use 169.254.169.254, and others use
 * further link-local addresses.
 */
const METADATA: readonly IpRange[] = parseRanges(
  '169.254.0.0/16',
  'fe80::/10',
  // Alibaba Cloud; Tencent Cloud (older address); Azure; Oracle Cloud Classic; Equinix Metal.
  ...['100.100.100.200', '100.88.222.5', '168.63.129.16', '192.0.0.192', '192.80.8.124'],
  // AWS: EC2, EKS, and the DNS and time servers.
  'fd00:ec2::/32',
  // Google Cloud, Oracle Cloud, Scaleway, Akamai (Linode), Alibaba Cloud.
  ...['fd20:ce::254', 'fd00:c1::a9fe:a9fe', 'fd00:42::42', 'fd00:a9fe:a9fe::1', 'fd00:100::100:200'],
);

export const isMetadata = (address: IpAddress): boolean => isWithin(address, METADATA);
