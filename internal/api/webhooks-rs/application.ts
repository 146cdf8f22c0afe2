import { z } from 'zod';
import { KSUID_PATTERN } from '../../domain/webhooks-rs/ksuid.js';
import { isNamed, type NamedRow, parseRowId, type RowPrefix } from '../../domain/webhooks-rs/object-id.js';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Db } from '../../store/postgres/knex.js';
import type { Space } from '../../store/spaces/space-row.js';
import { findSpace } from '../../store/spaces/spaces.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import { findWebhooks } from '../../store/webhooks/webhooks.js';
import { UNKNOWN_ENDPOINT, UNKNOWN_ENTITY } from './webhooks-rs-protocol.js';

/** An id in a path. A well-formed id may name no row. */
function rowId(prefix: RowPrefix, description: string) {
  return z
    .string()
    .transform((text, context): NamedRow | undefined => {
      const read = parseRowId(prefix, text);
      if (read.ok) return read.value;
      context.addIssue({ code: 'custom', message: read.problem });
      return z.NEVER;
    })
    .pipe(z.custom<NamedRow | undefined>())
    .meta({
      type: 'string',
      pattern: patternOf(prefix),
      description,
      example: `${prefix}_1srOrx2ZWZBpBUvZwXKQmoEYga2`,
    });
}

const patternOf = (prefix: RowPrefix | 'evt') => `^${prefix}_${KSUID_PATTERN}$`;

/** An id in an answer. */
export const shownId = (prefix: RowPrefix | 'evt', description: string) =>
  z.string().meta({ pattern: patternOf(prefix), description, example: `${prefix}_1srOrx2ZWZBpBUvZwXKQmoEYga2` });

const app_id = rowId('app', 'The application: the id of its creation.');
export const applicationPath = z.object({ app_id });
export const endpointPath = z.object({ app_id, endpoint_id: rowId('ep', 'The endpoint: the id of its creation.') });

/** The space that an application is. @throws {AppError} `not_found` */
export async function requireApplication(db: Db, { spaces }: Principal, named: NamedRow | undefined): Promise<Space> {
  const isReached = named !== undefined && (spaces === 'all' || spaces.includes(named.id));
  const space = isReached ? await findSpace(db, named.id) : undefined;
  if (space && named && isNamed(space, named)) return space;
  throw new AppError('not_found', UNKNOWN_ENTITY);
}

/** The webhook that an endpoint of the application is. @throws {AppError} `not_found` */
export async function requireEndpoint(db: Db, space: Space, named: NamedRow | undefined): Promise<Webhook> {
  const [webhook] = named && named.id <= MAX_WEBHOOK_ID ? await findWebhooks(db, [named.id]) : [];
  if (webhook && named && isNamed(webhook, named) && webhook.spaceId === space.id) return webhook;
  throw new AppError('not_found', UNKNOWN_ENDPOINT);
}

/** The largest `integer` of PostgreSQL. */
const MAX_WEBHOOK_ID = 2_147_483_647;
