import { shownUrl } from '../../domain/secrets/hidden-url.js';
import type { Db } from '../../store/postgres/knex.js';
import type { Finding } from './finding.js';

interface Row {
  readonly url: string | null;
  readonly redirects: number;
  readonly failures: number;
  readonly total: number;
}

const DAYS = 30;

/** Receivers whose answers the Go service took for success, and hukz does not. */
export async function checkLogs(db: Db, schema: string): Promise<readonly Finding[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `with recent as (
       select url, response_status_code as status from ??.webhook_logs
       where created_at > (select max(created_at) from ??.webhook_logs) - interval '${DAYS} days'
     )
     select url, count(*) filter (where status between 300 and 399)::int as redirects,
       count(*) filter (where status >= 400)::int as failures, count(*)::int as total
     from recent group by url having count(*) filter (where status >= 300) > 0 order by url`,
    [schema, schema],
  );
  return rows.map(({ url, redirects, failures, total }) => ({
    check: 'logs',
    weight: 'note',
    says: `${shownUrl(url ?? '')}: ${redirects} redirects and ${failures} failures in ${total} logs of the last ${DAYS} days. hukz follows no redirect, repeats such requests, and disables a webhook that keeps failing`,
    advice:
      redirects > 0 ? 'give the webhook the URL to which it is redirected' : 'see RETRY_SCHEDULE and DISABLE_AFTER',
  }));
}
