import type { Published } from './audit.js';
import type { Site } from './site.js';
import { isStreamDone } from './world/stream.js';

/** A cheap check of whether a comparison makes sense. */
export async function whatIsMissing(site: Site, mayLose: boolean): Promise<string | undefined> {
  const { cluster, hooks, tally } = site;
  const missing = firstMissing(site, (message) => message.acknowledged || !mayLose);
  if (missing) return missing;
  if (hooks.unanswered > 0) return `${hooks.unanswered} requests were not answered`;
  const [row] = await cluster.query<{ owed: number; dead: number }>(
    'select (select count(*) from deliveries)::int as owed, (select count(*) from dead_letters)::int as dead',
  );
  if (!row || row.owed > 0) return `${row?.owed} deliveries were still owed`;
  return row.dead === tally.dead ? undefined : `${row.dead} dead letters were there, and not ${tally.dead}`;
}

/** Finds a message that must arrive and has not. */
function firstMissing({ hooks, publisher, webhooks }: Site, isWanted: (message: Published) => boolean) {
  const arrived = new Set(
    hooks.arrivals.filter(({ answer }) => answer === 'success').map((at) => `${at.webhook} ${at.number}`),
  );
  for (const message of publisher.published.filter(isWanted))
    for (const [name, wanted] of webhooks)
      if (wanted === message.subject && !arrived.has(`${name} ${message.number}`))
        return `message ${message.number} had not come to webhook ${name}`;
  return undefined;
}

/**
 * Whether it is certain that an acknowledged message will not arrive: no stream has it, nothing is owed, and still it
 * has not arrived. The checks follow the path of a message, which is in a place only after it has left the one before.
 */
export async function isLost(site: Site): Promise<boolean> {
  if (site.mode === 'jetstream' && !(await isStreamDone(site.broker))) return false;
  const owed = await site.cluster.query('select from deliveries limit 1').catch(() => undefined);
  if (owed?.length !== 0 || site.hooks.unanswered > 0) return false;
  return firstMissing(site, ({ acknowledged }) => acknowledged) !== undefined;
}
