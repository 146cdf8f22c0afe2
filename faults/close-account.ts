import { setTimeout as sleep } from 'node:timers/promises';
import { audit, type Books, type Finding } from './audit.js';
import { ScenarioFailure } from './failure.js';
import type { Scenario } from './scenario.js';
import type { Site } from './site.js';

export interface Closed {
  readonly finding: Finding;
  /** From the end of the last fault until nothing was owed any more. */
  readonly recoveredMs: number;
}

/** Beside the silence after which an instance is dead: a stream delivers again after 60 s, and the machine may be slow. */
const RECOVERS_WITHIN_MS = 120_000;
/** For what may yet come that should not. */
const AFTERMATH_MS = 300;
const LOOK_EVERY_MS = 150;
/** Requests to one webhook at the same time, and to all together: the defaults of the configuration. */
const IN_FLIGHT_EACH = 32;
const IN_FLIGHT = 512;
/** Answered, and not settled yet: an instance that has so many sends no more. */
const UNSETTLED = 512;
const SENTENCES = 5;

/** Waits until nothing is owed any more, and compares the records. @throws {ScenarioFailure} when they do not agree. */
export async function closeAccount(site: Site, scenario: Scenario): Promise<Closed> {
  const mayLose = scenario.mayLose?.includes(site.mode) ?? false;
  const patienceMs = scenario.recoversWithinMs ?? RECOVERS_WITHIN_MS + site.plan.instanceTimeoutMs;
  const deadline = site.tally.healedAt + patienceMs;
  let why = await whatIsMissing(site, mayLose);
  while (why !== undefined) {
    if (performance.now() > deadline) {
      const { lost, problems } = audit(await readBooks(site));
      throw new ScenarioFailure(sentence(`${patienceMs / 1000} s after the last fault ${why}; ${lost} lost`, problems));
    }
    await sleep(LOOK_EVERY_MS);
    why = await whatIsMissing(site, mayLose).catch(String);
  }
  const recoveredMs = performance.now() - site.tally.healedAt;
  await sleep(AFTERMATH_MS);
  const finding = audit(await readBooks(site));
  const found = judge(site, finding, mayLose);
  if (found.length > 0) throw new ScenarioFailure(sentence(found.join('; '), []));
  return { finding, recoveredMs };
}

/** A cheap look at whether it makes sense to compare. */
async function whatIsMissing(site: Site, mayLose: boolean): Promise<string | undefined> {
  const { cluster, hooks, publisher, webhooks, tally } = site;
  const arrived = new Set(
    hooks.arrivals.filter(({ answer }) => answer === 'success').map((at) => `${at.webhook} ${at.number}`),
  );
  for (const { number, subject, acknowledged } of publisher.published)
    for (const [name, wanted] of webhooks)
      if ((acknowledged || !mayLose) && wanted === subject && !arrived.has(`${name} ${number}`))
        return `message ${number} had not come to webhook ${name}`;
  if (hooks.unanswered > 0) return `${hooks.unanswered} requests were not answered`;
  const [row] = await cluster.query<{ owed: number; dead: number }>(
    'select (select count(*) from deliveries)::int as owed, (select count(*) from dead_letters)::int as dead',
  );
  if (!row || row.owed > 0) return `${row?.owed} deliveries were still owed`;
  return row.dead === tally.dead ? undefined : `${row.dead} dead letters were there, and not ${tally.dead}`;
}

async function readBooks({ cluster, hooks, publisher, webhooks }: Site): Promise<Books> {
  const rows = await cluster.query<{ id: string; rows: number; delivered: boolean }>(
    `select delivery_id as id, count(*)::int as rows, bool_or(outcome = 'delivered') as delivered
     from webhook_logs group by delivery_id`,
  );
  const logged = new Map(rows.map((row) => [row.id, row]));
  return { published: publisher.published, arrivals: hooks.arrivals, webhooks, logged };
}

function judge(site: Site, finding: Finding, mayLose: boolean): string[] {
  const found = [...finding.problems];
  if (finding.lost > 0) found.push(`${finding.lost} acknowledged messages are lost`);
  if (!mayLose && finding.unacknowledged > 0)
    found.push(`${finding.unacknowledged} messages are lost that nobody had acknowledged, though nothing excuses it`);
  const inFlight = Math.min(IN_FLIGHT, IN_FLIGHT_EACH * site.webhooks.size);
  const bound = site.tally.interruptions * (inFlight + UNSETTLED);
  if (finding.duplicates > bound)
    found.push(`${finding.duplicates} duplicates came; at most ${bound} can have been in flight`);
  return found;
}

function sentence(first: string, problems: readonly string[]): string {
  const shown = problems.slice(0, SENTENCES);
  const rest = problems.length - shown.length;
  return [first, ...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}
