import { CommandFailed } from '../command-failed.js';
import type { Invocation } from '../invocation.js';
import { untilSignal } from '../serve/until-signal.js';
import { startOwnServers } from './up-servers.js';
import { environmentSettings } from './up-settings.js';
import { findUpState, removeUpState } from './up-state.js';

/** `hukz up`: runs PostgreSQL and nats-server (unless their addresses are given) and the service, until Ctrl-C. */
export async function up(here: Invocation): Promise<void> {
  const asked = untilSignal();
  await refuseSecond(here.cwd);
  const environment = environmentSettings(here.env);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (here.env.AUTH && environment.HUKZ_AUTH === undefined)
    say('AUTH is not used: it is not x-user, token or x-user,token');
  // Loading the service takes half a second, during which the servers start.
  const loading = import('./up-service.js');
  // A failure is thrown below, where there is something to stop.
  loading.catch(() => undefined);
  const servers = await startOwnServers({ cwd: here.cwd, environment, say });
  try {
    const { runUpService } = await loading;
    await runUpService(here, { asked, environment, servers, say });
  } finally {
    await removeUpState(here.cwd);
    await servers.stop();
  }
  process.exit(0);
}

/**
 * Refuses to start a second `up`, because both would share one data directory. Another program may meanwhile have the
 * pid of a killed one.
 */
async function refuseSecond(cwd: string): Promise<void> {
  const other = await findUpState(cwd);
  const answers =
    other && (await fetch(`${other.api}/ping`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined));
  if (other && answers?.ok)
    throw new CommandFailed(`"hukz up" already runs in this directory (process ${other.pid}): ${other.api}`);
}
