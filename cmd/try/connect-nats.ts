import { connect, type NatsConnection } from 'nats';
import type { NatsConfig } from '../../config/config.js';
import { loadNatsConfig } from '../../config/load.js';
import { messageOf } from '../../internal/errors.js';
import { natsOptions } from '../../internal/intake/nats-settings.js';
import { CommandFailed } from '../command-failed.js';
import type { NatsOfService } from '../connection/connection.js';
import { readNatsContext } from '../connection/nats-context.js';
import { EXIT } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { findUpState } from '../up/up-state.js';
import { natsExitCode } from './nats-failure.js';

interface Use {
  /** The name that NATS shows for the connection. */
  readonly name: string;
  /** Whether a lost connection is made again. */
  readonly reconnect?: boolean;
  /** The server of the service that a verb is about. */
  readonly of?: NatsOfService | undefined;
}

/**
 * Connects to the NATS server of a context of the `nats` command if one is named, else to that of HUKZ_NATS_URL, else
 * to the one of a running `hukz up` in this directory unless another service is meant, else to the one in the
 * configuration file. Does not wait for a server that is unavailable.
 */
export async function connectNats(here: Invocation, use: Use = { name: 'hukz-publish' }): Promise<NatsConnection> {
  const config = await findNats(here, use.of);
  const name = `${use.name}/${here.version}`;
  const options = natsOptions({ settings: config, name, onUnusableFile: () => undefined });
  return connect({ ...options, reconnect: use.reconnect ?? false, ignoreAuthErrorAbort: false, timeout: 3000 }).catch(
    (error: unknown) => {
      throw new CommandFailed(
        `cannot connect to NATS at ${config.servers.join(', ')}: ${messageOf(error)} (${adviceOn(error)})`,
        { exitCode: natsExitCode(error) },
      );
    },
  );
}

/** The settings of the server that `connectNats` connects to. */
export async function findNats(here: Invocation, { context, api }: Partial<NatsOfService> = {}): Promise<NatsConfig> {
  if (context !== undefined) return loadNatsConfig({ env: await readNatsContext(here, context) });
  const up = await findUpState(here.cwd);
  return up && (api === undefined || api === up.api)
    ? loadNatsConfig({ env: { HUKZ_NATS_URL: up.nats.join(','), ...here.env } })
    : loadNatsConfig({ env: here.env, cwd: here.cwd });
}

function adviceOn(error: unknown): string {
  return natsExitCode(error) === EXIT.unreachable
    ? 'is it running? check NATS_URL'
    : 'check NATS_URL and the other keys that begin with NATS_';
}
