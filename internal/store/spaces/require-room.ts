import { AppError } from '../../errors.js';
import type { Db } from '../postgres/knex.js';

interface Full {
  readonly max: number;
  readonly webhooks: number;
}

/**
 * Refuses webhooks that the transaction has inserted beyond the limit of their space. Each insertion locks the version
 * of the catalog until its transaction ends, so that two of them cannot both take the last place.
 */
export const requireRoom = (trx: Db, spaceId: number): Promise<void> => requireRoomFor(trx, spaceId, 0);

/** As `requireRoom`, if the space had so many webhooks more, or fewer. */
export async function requireRoomFor(db: Db, spaceId: number, more: number): Promise<void> {
  const { rows }: { rows: Full[] } = await db.raw(
    `select * from (
       select (limits ->> 'webhooks')::int as max,
         (select count(*)::int from webhooks where space_id = spaces.id and deleted_at is null) + ?::int as webhooks
       from spaces where id = ? and deleted_at is null and limits -> 'webhooks' is not null
     ) as counted where webhooks > max`,
    [more, spaceId],
  );
  const [full] = rows;
  if (!full) return;
  const { max, webhooks } = full;
  throw new AppError(
    'unprocessable',
    `space ${spaceId} may have at most ${max} webhooks and would have ${webhooks}: delete some, or let the operator of hukz raise \`limits.webhooks\` of the space`,
    'space_id',
  );
}
