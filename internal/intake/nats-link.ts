import { type ConnectionOptions, connect, Events, type NatsConnection } from 'nats';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { repeat } from '../repeat.js';
import { CannotTake } from './intake.js';

export interface NatsLinkDeps {
  readonly options: ConnectionOptions;
  readonly logger: Logger;
  /** A connection is there, for the first time or as a new one. */
  onConnected(connection: NatsConnection): Promise<void>;
  /** The same connection is back after it was interrupted. */
  onReconnected?(): void;
}

export interface NatsLink {
  /** Resolves when the first try to connect has succeeded or failed; rejects with `CannotTake`. */
  readonly tried: Promise<void>;
  /** Why nothing can come from NATS just now. */
  problem(): string | undefined;
  /** At most once, and only while there is a connection: the client would keep what waits for one without a bound. */
  publish(subject: string, payload: string): boolean;
  /** Closes the connection once what was published on it is out. */
  stop(): Promise<void>;
}

const RETRY_MS = 1000;
const COMPLAIN_EVERY = 10;

/** Keeps one connection to NATS, from before the server is there until `stop`. */
export function linkNats(deps: NatsLinkDeps): NatsLink {
  const { logger } = deps;
  const servers = [deps.options.servers ?? []].flat();
  let connection: NatsConnection | undefined;
  let problem: string | undefined = 'NATS is not connected yet';
  let tries = 0;
  let firstTried: () => void = () => undefined;
  let refused: (error: CannotTake) => void = () => undefined;
  const tried = new Promise<void>((resolve, reject) => {
    firstTried = resolve;
    refused = reject;
  });

  const watch = async (nc: NatsConnection) => {
    for await (const status of nc.status()) {
      if (status.type === Events.Error) logger.warn('nats.error', { error: String(status.data) });
      if (status.type === Events.Disconnect) {
        problem = 'disconnected from NATS';
        logger.warn('nats.disconnected', { server: status.data });
      }
      if (status.type === Events.Reconnect) {
        problem = undefined;
        logger.info('nats.reconnected', { server: status.data });
        deps.onReconnected?.();
      }
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
      await connection?.close();
      problem = `cannot connect to NATS: ${messageOf(error)}`;
      if (error instanceof CannotTake) refused(error);
      if (tries++ % COMPLAIN_EVERY === 0) logger.warn('nats.waited_for', { servers, error: problem, tries });
    }
  };

  const connecting = repeat(() => connectOnce().finally(firstTried), {
    everyMs: RETRY_MS,
    onError: (error) => logger.error('nats.failed', { error: messageOf(error) }),
  });

  return {
    tried,
    problem: () => problem,
    publish(subject, payload) {
      if (problem !== undefined || !connection || connection.isClosed() || connection.isDraining()) return false;
      connection.publish(subject, payload);
      return true;
    },
    async stop() {
      await connecting.stop();
      if (connection && !connection.isClosed()) {
        // Draining waits for a server that may be away; closing does not.
        await (problem ? connection.close() : connection.drain()).catch(() => connection?.close());
      }
    },
  };
}
