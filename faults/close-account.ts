import { setTimeout as sleep } from 'node:timers/promises';
import { audit, type Books, type Finding } from './audit.js';
import { ScenarioFailure, WrongAccount } from './failure.js';
import type { Scenario } from './scenario.js';
import type { Site } from './site.js';
import { isLost, whatIsMissing } from './what-is-missing.js';

export interface Closed {
  readonly finding: Finding;
  /** The time from the end of the last fault until no delivery was owed. */
  readonly recoveredMs: number;
}

/** This time is added to the silence after which an instance counts as dead, because the machine may be slow. */
const RECOVERS_WITHIN_MS = 120_000;
/** The wait for requests that should not come. */
const AFTERMATH_MS = 300;
const LOOK_EVERY_MS = 150;
/** Every tenth look also checks whether something is certainly lost. */
const LOST_EVERY_LOOKS = 10;
/** The maximum number of concurrent requests per webhook and in total: the defaults of the configuration. */
const IN_FLIGHT_EACH = 32;
const IN_FLIGHT = 512;
/** The maximum number of answered requests that are not settled: at this number, an instance stops sending. */
const UNSETTLED = 512;
const SENTENCES = 5;

/**
 * Waits until no delivery is owed, and compares the records. @throws {ScenarioFailure} if they contradict each other.
 */
export async function closeAccount(site: Site, scenario: Scenario): Promise<Closed> {
  const mayLose = scenario.mayLose?.includes(site.mode) ?? false;
  const patienceMs = RECOVERS_WITHIN_MS + site.plan.instanceTimeoutMs;
  const deadline = site.tally.healedAt + patienceMs;
  const look = () => whatIsMissing(site, mayLose).catch(String);
  let why = await look();
  for (let looks = 1; why !== undefined; looks++) {
    const isLate = performance.now() > deadline;
    if (isLate || (looks % LOST_EVERY_LOOKS === 0 && (await isLost(site)))) {
      const { lost, problems } = audit(await readBooks(site));
      const seconds = ((performance.now() - site.tally.healedAt) / 1000).toFixed(1);
      const first = `${seconds} s after the last fault ${why}${isLate ? '' : ', and nothing is owed any more'}; ${lost} lost`;
      const words = sentence([first], problems, await readAttempts(site));
      throw isLate ? new ScenarioFailure(words) : new WrongAccount(words);
    }
    await sleep(LOOK_EVERY_MS);
    why = await look();
  }
  const recoveredMs = performance.now() - site.tally.healedAt;
  await sleep(AFTERMATH_MS);
  const finding = audit(await readBooks(site));
  const found = judge(site, finding, mayLose);
  if (found.length > 0) throw new WrongAccount(sentence(found, [], await readAttempts(site)));
  return { finding, recoveredMs };
}

async function readBooks({ cluster, hooks, publisher, webhooks, tally: { loggedFrom } }: Site): Promise<Books> {
  const rows = await cluster.query<{ id: string; rows: number; delivered: boolean }>(
    `select delivery_id as id, count(*)::int as rows, bool_or(outcome = 'delivered') as delivered
     from webhook_logs group by delivery_id`,
  );
  const logged = new Map(rows.map((row) => [row.id, row]));
  return { published: publisher.published, arrivals: hooks.arrivals, webhooks, logged, loggedFrom };
}

function judge(site: Site, finding: Finding, mayLose: boolean): string[] {
  const found = [...finding.problems];
  if (finding.lost > 0) found.push(`${finding.lost} acknowledged messages are lost`);
  if (!mayLose && finding.unacknowledged > 0)
    found.push(`${finding.unacknowledged} unacknowledged messages are lost, which this scenario does not allow`);
  const inFlight = Math.min(IN_FLIGHT, IN_FLIGHT_EACH * site.webhooks.size);
  const bound = site.tally.interruptions * (inFlight + UNSETTLED);
  if (finding.duplicates > bound)
    found.push(`${finding.duplicates} duplicates arrived; at most ${bound} can have been in flight`);
  return found;
}

/** Summarises the outcomes of all attempts in the log. */
async function readAttempts({ cluster }: Site): Promise<string> {
  const rows = await cluster
    .query<{ count: number; outcome: string; error: string | null }>(
      'select count(*)::int as count, outcome, error from webhook_logs group by outcome, error order by 1 desc limit 8',
    )
    .catch(() => []);
  const spelt = rows.map(({ count, outcome, error }) => `${count} ${outcome}${error ? ` (${error})` : ''}`);
  return `the log has ${spelt.join(', ') || 'nothing'}`;
}

function sentence(found: readonly string[], problems: readonly string[], attempts: string): string {
  const shown = problems.slice(0, SENTENCES);
  const rest = problems.length - shown.length;
  return [...found, ...shown, ...(rest > 0 ? [`and ${rest} more`] : []), attempts].join('; ');
}
