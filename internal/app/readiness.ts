import type { Knex } from 'knex';
import { messageOf } from '../errors.js';

export interface ReadinessDeps {
  readonly db: Knex;
  journalTrouble(): string | undefined;
  natsProblem(): string | undefined;
  subscriptionProblem(): string | undefined;
  isTrusted(): boolean;
  isStopping(): boolean;
}

const PROBE_MS = 2000;

/** Problems by dependency; none means that this instance takes and delivers messages. */
export async function findProblems(deps: ReadinessDeps): Promise<Readonly<Record<string, string>>> {
  const found: Readonly<Record<string, string | undefined>> = {
    app: deps.isStopping() ? 'shutting down' : undefined,
    database: await databaseProblem(deps.db),
    journal: deps.journalTrouble(),
    instance: deps.isTrusted() ? undefined : 'no heartbeat reaches the database; sending has stopped',
    nats: deps.natsProblem(),
    subscriptions: deps.subscriptionProblem(),
  };
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function databaseProblem(db: Knex): Promise<string | undefined> {
  try {
    await db.raw('select 1').timeout(PROBE_MS);
    return undefined;
  } catch (error) {
    return messageOf(error) || 'not reachable';
  }
}
