import { HukzError } from '../../packages/client/src/hukz-error.js';
import { CommandFailed, usageError } from '../command-failed.js';
import { explainApiFailure } from '../session/api-failure.js';
import { readIds } from '../session/read-ids.js';
import type { Session } from '../session/session.js';

/**
 * Does the same with each of several ids, which are arguments or come from standard input (`-`). One that is refused
 * does not keep the others from being done.
 * @throws {CommandFailed} at the end, with the exit code of the first refusal
 */
export async function eachOf(
  session: Session,
  args: readonly string[],
  work: (id: string) => Promise<void>,
): Promise<void> {
  const ids = await requireIds(session, args);
  const failures: CommandFailed[] = [];
  for (const id of ids) {
    await work(id).catch((error: unknown) => {
      const explained = error instanceof HukzError ? explainApiFailure(error, session.connection) : error;
      if (!(explained instanceof CommandFailed) || ids.length === 1) throw explained;
      session.say(explained.message);
      failures.push(explained);
    });
  }
  const [first] = failures;
  if (first) throw new CommandFailed(`${failures.length} of ${ids.length} failed.`, { exitCode: first.exitCode });
}

/** @throws {CommandFailed} if there is no id at all */
export async function requireIds(session: Session, args: readonly string[]): Promise<readonly string[]> {
  const ids = await readIds(session, args);
  if (ids.length > 0) return ids;
  throw usageError('There is no id.', 'Name at least one, or pipe ids into "-": hukz … list -o name | hukz … -');
}
