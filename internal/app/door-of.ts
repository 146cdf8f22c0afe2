import { isIP } from 'node:net';
import type { Config } from '../../config/config.js';
import { type DoorSettings, hostName } from '../domain/egress/browser-door.js';

/** The hosts that the API and /metrics answer. In development, a name that `HOST` listens on is one of them. */
export function doorOf({ mode, host, api }: Config): DoorSettings {
  const development = mode === 'development';
  const own = development && isIP(host) === 0 ? [hostName(host)] : [];
  return { development, hosts: [...api.hosts, ...own] };
}
