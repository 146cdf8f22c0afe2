import type { Knex } from 'knex';
import { coalesce } from '../../coalesce.js';
import { type Degradation, type Trouble, wholeIntakeTrouble } from '../../domain/streams/degradation.js';
import { messageOf } from '../../errors.js';
import { isDatabaseAway } from '../../store/postgres/database-away.js';
import { isReadOnly } from '../../store/postgres/pg-error.js';

export interface ReadinessDeps {
  /** The result of `probeDatabase`. */
  databaseTrouble(): Promise<Trouble | undefined>;
  journalTrouble(): string | undefined;
  natsProblem(): string | undefined;
  /** The registered subjects. */
  subjects(): readonly string[];
  degraded(): readonly Degradation[];
  isTrusted(): boolean;
  isStopping(): boolean;
}

export interface Readiness {
  /** Troubles by dependency. If there are none, this instance accepts and delivers messages. */
  readonly troubles: Readonly<Record<string, Trouble>>;
  /** The degradations of an instance that is ready as a whole. */
  readonly degraded: readonly Degradation[];
}

const PROBE_MS = 2000;
/**
 * The statement changes nothing, and is refused if the server cannot write: a read-only server still answers every
 * select.
 */
const PROBE = 'update hukz_migrations set id = id where false';

export async function findReadiness(deps: ReadinessDeps): Promise<Readiness> {
  const database = await deps.databaseTrouble();
  const degraded = deps.degraded();
  const found: Readonly<Record<string, Trouble | undefined>> = {
    app: deps.isStopping() ? toAll('shutting down') : undefined,
    database,
    journal: summed('messages and attempts cannot be stored at the moment', deps.journalTrouble()),
    instance: deps.isTrusted() ? undefined : toAll('no heartbeat reaches the database, so sending has stopped'),
    nats: summed('not connected, or NATS has not confirmed the subscriptions', deps.natsProblem()),
    intake: wholeIntakeTrouble(deps.subjects(), degraded),
  };
  const troubles = Object.entries(found).filter((entry): entry is [string, Trouble] => entry[1] !== undefined);
  return { troubles: Object.fromEntries(troubles), degraded };
}

/** Our own message, which reveals nothing about a server. */
const toAll = (words: string): Trouble => ({ summary: words, detail: words });

function summed(summary: string, detail: string | undefined): Trouble | undefined {
  return detail === undefined ? undefined : { summary, detail };
}

/** Concurrent callers share one probe: strangers may call as often as they like, and the API needs its connections. */
export const probeDatabase = (db: Knex) => coalesce(() => databaseTrouble(db));

async function databaseTrouble(db: Knex): Promise<Trouble | undefined> {
  try {
    await db.raw(PROBE).timeout(PROBE_MS);
    return undefined;
  } catch (error) {
    const summary = databaseSummary(error);
    return { summary, detail: messageOf(error) || summary };
  }
}

function databaseSummary(error: unknown): string {
  if (isReadOnly(error)) return 'it accepts no writes';
  return isDatabaseAway(error) ? 'not reachable, or too busy' : 'it refuses the statements of hukz';
}
