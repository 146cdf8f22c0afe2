import type { Config } from '../../config/config.js';

/** The PostgreSQL hosts of `DATABASE_HOST`, each with its port. */
export function placeOf({ hosts }: Config['database']): string {
  return hosts
    .map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}${host.startsWith('/') ? '' : `:${port}`}`)
    .join(',');
}
