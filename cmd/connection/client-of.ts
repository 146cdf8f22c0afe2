import { Hukz } from '../../packages/client/src/hukz.js';
import type { HukzOptions } from '../../packages/client/src/options.js';
import type { Connection } from './connection.js';

/**
 * The client of a connection. It gets nothing from the environment, whose token may be that of another service.
 * @throws {TypeError} that names a wrong value
 */
export function clientOf(connection: Connection, options: Pick<HukzOptions, 'fetch' | 'timeoutMs'> = {}): Hukz {
  const { url, token = null, user = null, space = null } = connection;
  return new Hukz({ ...options, url, token, user, space });
}
