import type { ConnectionOptions, NatsConnection } from 'nats';
import { AppError, messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { OncePerChange } from '../../once-per-change.js';
import { type Repeating, repeat } from '../../repeat.js';
import type { Acceptor } from '../acceptor.js';
import type { ClientBoundary } from '../client-boundary.js';
import type { FollowedCatalog } from '../followed-catalog.js';
import type { Intake } from '../intake.js';
import { linkNats, type NatsLink } from '../nats-link.js';
import { ConsumerPlan } from './consumers/consumer-plan.js';
import { Consumers } from './consumers/consumers.js';
import { OrphanedConsumers } from './consumers/orphaned-consumers.js';
import { StreamFollower } from './following/stream-follower.js';
import { Positions } from './positions/positions.js';
import { Readings } from './reading/readings.js';
import { requireJetStream } from './require-jetstream.js';
import type { StreamSettings } from './stream-settings.js';
import type { StreamStore } from './stream-store.js';
import { eraseCopies } from './streams/erase-copies.js';
import type { StreamLink } from './wanted-consumer.js';

export interface JetStreamIntakeDeps {
  readonly acceptor: Pick<Acceptor, 'accept' | 'idle'>;
  readonly boundary: ClientBoundary;
  /** Reports an acknowledged message of the stream with this mark, whose place orders deliveries, to dispatch. */
  acknowledged(stream: string, sequence: number): void;
  readonly nats: JetStreamSettings;
  readonly catalog: FollowedCatalog;
  readonly store: StreamStore;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

interface JetStreamSettings {
  readonly queueGroup: string;
  readonly stream: StreamSettings;
  readonly options: ConnectionOptions;
  /** Prefixes of subjects on which replies arrive. */
  readonly inboxes: readonly string[];
}

const LOOK_EVERY_MS = 5000;

/**
 * Intake from JetStream: publishers stay unchanged, and a message is guaranteed from the moment when our stream has it.
 */
export function makeJetStreamIntake(deps: JetStreamIntakeDeps): Intake {
  const { acceptor, boundary, catalog, now, logger } = deps;
  const { queueGroup, stream: settings, options, inboxes } = deps.nats;
  let link: NatsLink | undefined;
  let server: StreamLink | undefined;
  let looking: Repeating | undefined;
  let draining = false;
  const failure = new OncePerChange();

  const onLost = () => follower.unsettle();
  const { exclusively, wouldStore, positions: positionStore } = deps.store;
  const positions = new Positions({ store: positionStore, boundary, wouldStore, logger });
  const consumers = new Consumers({ settings, positions, exclusively, reload: catalog.reload, logger });
  const streamAcceptor = { accept: acceptor.accept, acknowledged: deps.acknowledged };
  const readings = new Readings({ acceptor: streamAcceptor, boundary, consumers, positions, now, onLost, logger });
  const plan = new ConsumerPlan(queueGroup, settings.name);
  const { remembered } = positionStore;
  const common = { settings, catalog, now, logger };
  const follower = new StreamFollower({ ...common, inboxes, exclusively, readings, consumers: plan, remembered });
  const remove: Consumers['remove'] = (manager, target, removal) => consumers.remove(manager, target, removal);
  const readConsumers = { remembered, isRead: readings.reads, remove };
  const orphans = new OrphanedConsumers({ ...common, consumers: readConsumers, plan });

  const connected = async (connection: NatsConnection) => {
    server = { connection, manager: await requireJetStream(() => connection.jetstreamManager()) };
    await readings.stop();
    follower.attach(server);
    // The polling of the catalog retries a failure, so that the connection need not be given up.
    await catalog.refresh().catch((error: unknown) => logger.warn('stream.not_followed', { error: messageOf(error) }));
  };

  /**
   * The client reports a reconnection before the server has read its subscriptions, and JetStream may answer even
   * later.
   */
  const reconnected = async () => {
    follower.hurry();
    readings.again();
    if (!server) return;
    await server.connection.flush();
    await readings.confirm(server.manager);
  };

  /** The stream manager that can be queried now. */
  const reachable = () => (link?.problem() === undefined ? server?.manager : undefined);

  const look = async () => {
    const manager = reachable();
    if (!manager) return;
    await readings.look(manager);
    await follower.look();
    if (follower.isSettled) await orphans.look(manager);
    failure.end('');
  };

  const acknowledgedUpTo = async (stream: string, known: number) => {
    const manager = reachable();
    if (!manager || draining) return undefined;
    const answer = await readings.inquireUpTo(manager, stream, known);
    // While the streams have to be looked at again, a stream that is not read may be read in a moment.
    return answer === 'unread' && !follower.isSettled ? undefined : answer;
  };

  const connectionProblem = () => {
    if (!link) return 'not started yet';
    return link.problem() ?? follower.problem();
  };

  return {
    guarantee: 'at least once from the stream on',
    start() {
      looking = repeat(look, {
        everyMs: LOOK_EVERY_MS,
        onError: (error) => {
          if (failure.isNew('', messageOf(error))) logger.warn('stream.look_failed', { error: messageOf(error) });
        },
      });
      link = linkNats({
        options,
        logger,
        onConnected: connected,
        onReconnected: reconnected,
      });
      return link.tried;
    },
    reconcile: () => follower.reconcile(),
    async admitEvent(event, insteadOf) {
      const problem = connectionProblem();
      if (problem) throw new AppError('unavailable', `the event cannot be registered now: ${problem}`);
      await follower.admit(event, insteadOf);
    },
    connectionProblem,
    publish: (subject, payload) => link?.publish(subject, payload) ?? false,
    refusedBelow: (prefix) => link?.refusedBelow(prefix) ?? 0,
    connection: () => link?.connection(),
    degraded: () => [...follower.degraded(), ...positions.degraded()],
    acknowledgedUpTo,
    async eraseCopies(messageIds) {
      const manager = reachable();
      if (!manager)
        return `the stream ${settings.name} cannot be reached: ${connectionProblem() ?? 'it is being connected'}`;
      return eraseCopies(manager, settings.name, messageIds);
    },
    stats: () => ({ ...boundary.stats(), ...readings.stats(), receiptsRefused: 0 }),
    async drain() {
      draining = true;
      await readings.pause();
      await acceptor.idle();
      // The last acknowledgements are stored for the next start, which then has nothing to doubt.
      await look().catch((error: unknown) => logger.warn('stream.look_failed', { error: messageOf(error) }));
      await readings.stop();
    },
    async stop() {
      await looking?.stop();
      await link?.stop();
    },
  };
}
