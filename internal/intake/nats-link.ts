import { type ConnectionOptions, connect, type NatsConnection } from 'nats';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { repeat } from '../repeat.js';
import { UnusableNats } from './intake.js';
import { NatsLine } from './nats-line.js';
import { makeRetirement } from './nats-retirement.js';
import { RefusedPublications } from './refused-publications.js';

export interface NatsLinkDeps {
  readonly options: ConnectionOptions;
  readonly logger: Logger;
  /**
   * Receives messages from a new connection. Resolves when the server has confirmed it. It is repeated if it rejects.
   */
  onConnected(connection: NatsConnection): Promise<void>;
  /** The same for a connection that was interrupted and is back. */
  onReconnected?(): Promise<void> | void;
}

export interface NatsLink {
  /** Resolves when the first connection attempt has succeeded or failed. Rejects with `UnusableNats`. */
  readonly tried: Promise<void>;
  /** The reason why no messages can arrive from NATS now. */
  problem(): string | undefined;
  /**
   * Publishes at most once, and only while there is a connection. The client would buffer waiting messages without a
   * bound.
   */
  publish(subject: string, payload: string): boolean;
  /** Number of messages below this prefix that `publish` sent and the server refused. */
  refusedBelow(prefix: string): number;
  /** The connection by which messages arrive and can be published now. */
  connection(): NatsConnection | undefined;
  /** Closes the connection once its published messages are sent. */
  stop(): Promise<void>;
}

const RETRY_MS = 1000;
const COMPLAIN_EVERY = 10;

/**
 * Keeps one connection to NATS, from before the server is available until `stop`. When its server announces its end,
 * messages are received from another server first, and the old connection ends after that. The queue group makes the
 * overlap harmless.
 */
export function linkNats(deps: NatsLinkDeps): NatsLink {
  const { logger } = deps;
  const servers = [deps.options.servers ?? []].flat();
  let line: NatsLine | undefined;
  /** The previous connection, until messages are received by `line`. */
  let leaving: NatsLine | undefined;
  let failure: string | undefined;
  let tries = 0;
  let firstTried: () => void = () => undefined;
  let refused: (error: UnusableNats) => void = () => undefined;
  const tried = new Promise<void>((resolve, reject) => {
    firstTried = resolve;
    refused = reject;
  });

  const retirement = makeRetirement();
  const refusals = new RefusedPublications();

  const open = async (options: ConnectionOptions) => {
    const connection = await connect(options);
    logger.info('nats.connected', { server: connection.getServer(), version: connection.info?.version });
    const onPublishRefused = (subject: string) => refusals.add(subject);
    return new NatsLine({ connection, logger, onPublishRefused, onChange: () => keeping.wake() });
  };

  const confirm = (it: NatsLine) =>
    it.confirm(
      () => deps.onConnected(it.connection),
      () => deps.onReconnected?.(),
    );

  /** The leaving server accepts no more connections, so that only another server can answer. */
  const move = async (from: NatsLine) => {
    const known = [...servers, ...(from.connection.info?.connect_urls ?? [])];
    line = await open({ ...deps.options, servers: known });
    leaving = from;
  };

  const settle = (it: NatsLine) => {
    failure = undefined;
    tries = 0;
    if (!leaving) return;
    const from = leaving;
    leaving = undefined;
    logger.info('nats.moved', { from: from.connection.getServer(), to: it.connection.getServer() });
    retirement.add(() => from.end());
  };

  const keep = async () => {
    try {
      if (!line || line.connection.isClosed()) line = await open(deps.options);
      else if (line.isLeaving && !line.isUnconfirmed) await move(line);
      if (!line.isUnconfirmed) return;
      await confirm(line);
      if (!line.isUnconfirmed) settle(line);
    } catch (error) {
      failure = messageOf(error);
      if (error instanceof UnusableNats) refused(error);
      if (tries++ % COMPLAIN_EVERY === 0) logger.warn('nats.waited_for', { servers, error: failure, tries });
    }
  };

  /** The connection by which messages are received. */
  const current = () => [line, leaving].find((each) => each && each.problem() === undefined);

  const problem = () => {
    const found = current() ? undefined : line ? line.problem() : 'NATS is not connected yet';
    return found && failure ? `${found}: ${failure}` : found;
  };

  const keeping = repeat(() => keep().finally(firstTried), {
    everyMs: RETRY_MS,
    onError: (error) => logger.error('nats.failed', { error: messageOf(error) }),
  });

  const usable = () => {
    const connection = current()?.connection;
    return connection?.isDraining() ? undefined : connection;
  };

  return {
    tried,
    problem,
    connection: usable,
    refusedBelow: (prefix) => refusals.below(prefix),
    publish(subject, payload) {
      const connection = usable();
      if (!connection) return false;
      connection.publish(subject, payload);
      return true;
    },
    async stop() {
      await keeping.stop();
      await Promise.all([line?.end(), leaving?.end(), retirement.end()]);
    },
  };
}
