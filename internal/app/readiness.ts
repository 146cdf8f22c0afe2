import type { Knex } from 'knex';
import { type Degradation, wholeIntakeProblem } from '../domain/degradation.js';
import { messageOf } from '../errors.js';

export interface ReadinessDeps {
  readonly db: Knex;
  journalTrouble(): string | undefined;
  natsProblem(): string | undefined;
  /** The registered subjects. */
  subjects(): readonly string[];
  degraded(): readonly Degradation[];
  isTrusted(): boolean;
  isStopping(): boolean;
}

export interface Readiness {
  /** Problems by dependency; none means that this instance takes and delivers messages. */
  readonly problems: Readonly<Record<string, string>>;
  /** What is hit although the instance is ready as a whole. */
  readonly degraded: readonly Degradation[];
}

const PROBE_MS = 2000;
/** Changes nothing, and is refused where nothing can be written: a server that can only read still answers every select. */
const PROBE = 'update hukz_migrations set id = id where false';

export async function findReadiness(deps: ReadinessDeps): Promise<Readiness> {
  const database = await databaseProblem(deps.db);
  const degraded = deps.degraded();
  const found: Readonly<Record<string, string | undefined>> = {
    app: deps.isStopping() ? 'shutting down' : undefined,
    database,
    journal: deps.journalTrouble(),
    instance: deps.isTrusted() ? undefined : 'no heartbeat reaches the database; sending has stopped',
    nats: deps.natsProblem(),
    intake: wholeIntakeProblem(deps.subjects(), degraded),
  };
  const problems = Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { problems: Object.fromEntries(problems), degraded };
}

async function databaseProblem(db: Knex): Promise<string | undefined> {
  try {
    await db.raw(PROBE).timeout(PROBE_MS);
    return undefined;
  } catch (error) {
    return messageOf(error) || 'not reachable';
  }
}
