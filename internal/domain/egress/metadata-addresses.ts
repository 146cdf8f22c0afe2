import type { IpAddress } from './ip-address.js';
import { type IpRange, isWithin, parseRanges } from './ip-range.js';

/**
 * Services that hand a machine's credentials to each program on it. They are shut in every mode, and within every range that is
 * allowed: only an entry of one address opens one. Most clouds use 169.254.169.254, and others of the link-local networks.
 */
const METADATA: readonly IpRange[] = parseRanges(
  '169.254.0.0/16',
  'fe80::/10',
  // Alibaba Cloud; Tencent Cloud's older one; Azure; Oracle Cloud Classic; Equinix Metal.
  ...['100.100.100.200', '100.88.222.5', '168.63.129.16', '192.0.0.192', '192.80.8.124'],
  // AWS: EC2, EKS, its name and time servers.
  'fd00:ec2::/32',
  // Google Cloud, Oracle Cloud, Scaleway, Akamai (Linode), Alibaba Cloud.
  ...['fd20:ce::254', 'fd00:c1::a9fe:a9fe', 'fd00:42::42', 'fd00:a9fe:a9fe::1', 'fd00:100::100:200'],
);

export const isMetadata = (address: IpAddress): boolean => isWithin(address, METADATA);
