import type { Knex } from 'knex';
import type { Visibility } from '../../../identity/visibility.js';
import type { Db } from '../../postgres/knex.js';

/** The logs that a query may find, by the creators of their webhooks, because the index of logs is by creator. */
export interface VisibleLogs extends Pick<Visibility, 'spaces'> {
  /** `all`: there are more than `MAX_CREATORS`, or none. */
  readonly creators: readonly number[] | 'all';
}

/** The logs of each creator are read by an index and merged. More creators would cost more than they save. */
const MAX_CREATORS = 10;

/** One creator after the other, each found by the index: the number of their webhooks does not matter. */
const CREATORS = `
  with recursive creators (id) as (
    (select created_by_id from webhooks order by created_by_id limit 1)
    union all
    select (select w.created_by_id from webhooks w where w.created_by_id > creators.id order by w.created_by_id limit 1)
    from creators where id is not null
  )
  select id from creators where id is not null limit ${MAX_CREATORS + 1}`;

const CREATORS_IN_SPACES = `
  select distinct created_by_id as id from webhooks where space_id = any(?::bigint[]) limit ${MAX_CREATORS + 1}`;

/** Names the creators of the logs that are visible. Webhooks that are deleted have logs too. */
export async function nameCreators(db: Db, { createdById, spaces }: Visibility): Promise<VisibleLogs> {
  if (createdById !== 'all') return { creators: [createdById], spaces };
  const found = spaces === 'all' ? db.raw(CREATORS) : db.raw(CREATORS_IN_SPACES, [[...spaces]]);
  const { rows }: { rows: { id: string }[] } = await found;
  const isKnown = rows.length > 0 && rows.length <= MAX_CREATORS;
  return { creators: isKnown ? rows.map(({ id }) => Number(id)) : 'all', spaces };
}

/** The logs of each of these creators. */
export function logsBy(db: Db, creators: VisibleLogs['creators']): readonly Knex.QueryBuilder[] {
  if (creators === 'all') return [db('webhook_logs')];
  return creators.map((creator) => db('webhook_logs').where('created_by_id', creator));
}
