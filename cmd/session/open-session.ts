import type { Hukz } from '../../packages/client/src/hukz.js';
import type { Fetch } from '../../packages/client/src/options.js';
import { usageError } from '../command-failed.js';
import { clientOf } from '../connection/client-of.js';
import { type Connection, type ConnectionOptions, resolveConnection } from '../connection/connection.js';
import type { Invocation } from '../invocation.js';
import { makeOutput, type OutputOptions } from '../output/output.js';
import { plain } from '../output/plain.js';
import { explainApiFailure } from './api-failure.js';
import { makeConfirm } from './confirm.js';
import type { LocalSession, Session } from './session.js';
import { tracedFetch } from './traced-fetch.js';

export interface LocalOptions extends OutputOptions {
  readonly yes?: true;
}

export interface SessionOptions extends ConnectionOptions, LocalOptions {
  readonly verbose?: true;
}

export function openLocalSession(here: Invocation, options: LocalOptions): LocalSession {
  return {
    here,
    out: makeOutput(here, options),
    say: (line) => void here.streams.stderr.write(`${plain(line)}\n`),
    confirm: makeConfirm(here.streams, options.yes ?? false),
  };
}

/** Connects, and does the work of a verb. @throws {CommandFailed} that says what to do, if the API refuses something */
export async function inSession(
  here: Invocation,
  options: SessionOptions,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const local = openLocalSession(here, options);
  const connection = await resolveConnection(here, options);
  const hukz = checkedClient(connection, options.verbose ? traced(local.say, connection) : undefined);
  try {
    await work({ ...local, connection, hukz });
  } catch (error) {
    throw explainApiFailure(error, connection);
  }
}

const traced = (say: LocalSession['say'], { token }: Connection): Fetch =>
  tracedFetch({ say, secrets: token === undefined ? [] : [token] });

/** The client says in a sentence which value of the connection is wrong. */
function checkedClient(connection: Connection, fetch: Fetch | undefined): Hukz {
  try {
    return clientOf(connection, { fetch });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageError(
      `The connection is wrong: ${error.message}.`,
      `The URL is from ${connection.from}; check the options and HUKZ_….`,
    );
  }
}
