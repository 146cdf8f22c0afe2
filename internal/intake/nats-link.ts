import { type ConnectionOptions, connect, type NatsConnection } from 'nats';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { repeat } from '../repeat.js';
import { CannotTake } from './intake.js';
import { NatsLine } from './nats-line.js';

export interface NatsLinkDeps {
  readonly options: ConnectionOptions;
  readonly logger: Logger;
  /** Takes messages from a new connection. Resolves when the server has confirmed it; repeated when it rejects. */
  onConnected(connection: NatsConnection): Promise<void>;
  /** The same for a connection that was interrupted and is back. */
  onReconnected?(): Promise<void> | void;
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
  let line: NatsLine | undefined;
  let failure: string | undefined;
  let tries = 0;
  let firstTried: () => void = () => undefined;
  let refused: (error: CannotTake) => void = () => undefined;
  const tried = new Promise<void>((resolve, reject) => {
    firstTried = resolve;
    refused = reject;
  });

  const open = async () => {
    const connection = await connect(deps.options);
    logger.info('nats.connected', { server: connection.getServer(), version: connection.info?.version });
    return new NatsLine({ connection, logger, onChange: () => keeping.wake() });
  };

  const keep = async () => {
    try {
      if (!line || line.connection.isClosed()) line = await open();
      const { connection, isUnconfirmed } = line;
      if (!isUnconfirmed) return;
      await line.confirm(
        () => deps.onConnected(connection),
        () => deps.onReconnected?.(),
      );
      failure = undefined;
      tries = 0;
    } catch (error) {
      failure = messageOf(error);
      if (error instanceof CannotTake) refused(error);
      if (tries++ % COMPLAIN_EVERY === 0) logger.warn('nats.waited_for', { servers, error: failure, tries });
    }
  };

  const problem = () => {
    const found = line ? line.problem() : 'NATS is not connected yet';
    return found && failure ? `${found}: ${failure}` : found;
  };

  const keeping = repeat(() => keep().finally(firstTried), {
    everyMs: RETRY_MS,
    onError: (error) => logger.error('nats.failed', { error: messageOf(error) }),
  });

  return {
    tried,
    problem,
    publish(subject, payload) {
      if (!line || line.problem() !== undefined || line.connection.isDraining()) return false;
      line.connection.publish(subject, payload);
      return true;
    },
    async stop() {
      await keeping.stop();
      await line?.end();
    },
  };
}
