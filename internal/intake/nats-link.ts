import { type ConnectionOptions, connect, Events, type NatsConnection } from 'nats';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { repeat } from '../repeat.js';

export interface NatsLinkDeps {
  readonly options: ConnectionOptions;
  readonly logger: Logger;
  /** A connection is there, for the first time or as a new one. */
  onConnected(connection: NatsConnection): Promise<void>;
}

export interface NatsLink {
  /** Resolves when the first try to connect has succeeded or failed. */
  readonly tried: Promise<void>;
  /** Why nothing can come from NATS just now. */
  problem(): string | undefined;
  /** Closes the connection once what was published on it is out. */
  stop(): Promise<void>;
}

const RETRY_MS = 1000;
const COMPLAIN_EVERY = 10;

/** Keeps one connection to NATS, from before the server is there until `stop`. */
export function linkNats(deps: NatsLinkDeps): NatsLink {
  const { logger } = deps;
  const servers = [deps.options.servers ?? []].flat().map(withoutUserinfo);
  let connection: NatsConnection | undefined;
  let problem: string | undefined = 'NATS is not connected yet';
  let tries = 0;

  const watch = async (nc: NatsConnection) => {
    for await (const status of nc.status()) {
      if (status.type === Events.Disconnect) problem = 'disconnected from NATS';
      else if (status.type === Events.Reconnect) problem = undefined;
      else if (status.type === Events.Error) logger.warn('nats.error', { error: String(status.data) });
      else continue;
      if (status.type !== Events.Error) logger.warn(`nats.${status.type}ed`, { server: nc.getServer() });
    }
  };

  const connectOnce = async () => {
    if (connection && !connection.isClosed()) return;
    try {
      const fresh = await connect(deps.options);
      connection = fresh;
      problem = undefined;
      tries = 0;
      logger.info('nats.connected', { server: fresh.getServer(), version: fresh.info?.version });
      void watch(fresh);
      void fresh.closed().then((error) => {
        problem = 'the connection to NATS is closed';
        if (error) logger.error('nats.closed', { error: error.message });
      });
      await deps.onConnected(fresh);
    } catch (error) {
      problem = `cannot connect to NATS: ${messageOf(error)}`;
      if (tries++ % COMPLAIN_EVERY === 0) logger.warn('nats.waited_for', { servers, error: problem, tries });
    }
  };

  let firstTried: () => void = () => undefined;
  const tried = new Promise<void>((resolve) => {
    firstTried = resolve;
  });
  const connecting = repeat(() => connectOnce().finally(firstTried), {
    everyMs: RETRY_MS,
    onError: (error) => logger.error('nats.failed', { error: messageOf(error) }),
  });

  return {
    tried,
    problem: () => problem,
    async stop() {
      await connecting.stop();
      if (connection && !connection.isClosed()) {
        // Draining waits for a server that may be away; closing does not.
        await (problem ? connection.close() : connection.drain()).catch(() => connection?.close());
      }
    },
  };
}

function withoutUserinfo(server: string): string {
  return server.replace(/\/\/[^@/]*@/, '//');
}
