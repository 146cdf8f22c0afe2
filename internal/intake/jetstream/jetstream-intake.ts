import type { ConnectionOptions, NatsConnection } from 'nats';
import { AppError, messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { OncePerChange } from '../../once-per-change.js';
import { type Repeating, repeat } from '../../repeat.js';
import type { Acceptor } from '../acceptor.js';
import { makeClientBoundary } from '../client-boundary.js';
import type { Incoming } from '../incoming.js';
import type { Intake } from '../intake.js';
import { linkNats, type NatsLink } from '../nats-link.js';
import { reportLosses } from '../report-losses.js';
import type { StoredFor } from '../would-store.js';
import { ConsumerPlan } from './consumers/consumer-plan.js';
import { Consumers } from './consumers/consumers.js';
import { OrphanedConsumers } from './consumers/orphaned-consumers.js';
import { StreamFollower } from './following/stream-follower.js';
import { type PositionStore, Positions } from './positions/positions.js';
import { Readings } from './reading/readings.js';
import { requireJetStream } from './require-jetstream.js';
import type { StreamSettings } from './stream-settings.js';
import type { StreamLink } from './wanted-consumer.js';

export interface JetStreamIntakeDeps {
  readonly acceptor: Acceptor;
  /** Dispatch's: a message of the stream with this mark is acknowledged, by whose place deliveries are ordered. */
  acknowledged(stream: string, sequence: number): void;
  readonly queueGroup: string;
  readonly settings: StreamSettings;
  readonly options: ConnectionOptions;
  /** The catalog's. */
  subjects(): readonly string[];
  /** Those of them on which no service answers requests. */
  publishOnly(): readonly string[];
  /** Those that are registered and not taken, because a rule is newer than they are. */
  barred(): readonly string[];
  /** Prefixes of subjects on which replies come. */
  readonly inboxes: readonly string[];
  /** Of the catalog: another one after each change. */
  stamp(): string;
  /** Loads the catalog, and makes us follow it. */
  refresh(): Promise<void>;
  /** Loads the catalog, nothing else. */
  reload(): Promise<void>;
  /** Runs alone among all instances: two that change the stream at once would undo each other's subjects. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** For what the journal gets a message when it comes. */
  wouldStore(message: Pick<Incoming, 'subject' | 'headers'>): StoredFor | undefined;
  /** Where it is kept how far the consumers have come. */
  readonly positions: PositionStore;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 5000;

/** Intake from JetStream: publishers stay as they are, a message counts from the moment our stream has it. */
export function makeJetStreamIntake(deps: JetStreamIntakeDeps): Intake {
  const { acceptor, settings, now, logger } = deps;
  let link: NatsLink | undefined;
  let server: StreamLink | undefined;
  let looking: Repeating | undefined;
  let reporting: Repeating | undefined;
  let draining = false;
  const failure = new OncePerChange();

  const boundary = makeClientBoundary(deps.options.inboxPrefix);
  const onLost = () => follower.unsettle();
  const { exclusively, reload, wouldStore } = deps;
  const positions = new Positions({ store: deps.positions, boundary, wouldStore, logger });
  const consumers = new Consumers({ settings, positions, exclusively, reload, logger });
  const streamAcceptor = { accept: acceptor.accept, acknowledged: deps.acknowledged };
  const readings = new Readings({ acceptor: streamAcceptor, boundary, consumers, positions, now, onLost, logger });
  const plan = new ConsumerPlan(deps.queueGroup, settings.name);
  const { remembered } = deps.positions;
  const follower = new StreamFollower({ ...deps, readings, consumers: plan, remembered });
  const registered = () => [...deps.subjects(), ...deps.barred()];
  const isRead = readings.reads;
  const orphans = new OrphanedConsumers({ ...deps, consumers, plan, remembered, isRead, subjects: registered });

  const connected = async (connection: NatsConnection) => {
    server = { connection, manager: await requireJetStream(() => connection.jetstreamManager()) };
    await readings.stop();
    follower.attach(server);
    // The catalog's polling repeats what fails now: no reason to give the connection up.
    await deps.refresh().catch((error: unknown) => logger.warn('stream.not_followed', { error: messageOf(error) }));
  };

  /** The client says that it is back before the server has read its subscriptions, and JetStream may answer later still. */
  const reconnected = async () => {
    follower.hurry();
    readings.again();
    if (!server) return;
    await server.connection.flush();
    await readings.confirm(server.manager);
  };

  /** What can be asked just now. */
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
    // While the streams have to be looked at again, one that is not read may be so in a moment.
    return answer === 'unread' && !follower.isSettled ? undefined : answer;
  };

  const connectionProblem = () => {
    if (!link) return 'not started yet';
    return link.problem() ?? follower.problem();
  };

  return {
    guarantee: 'at least once from the stream on',
    start() {
      reporting = reportLosses({ acceptor, boundary, logger });
      looking = repeat(look, {
        everyMs: LOOK_EVERY_MS,
        onError: (error) => {
          if (failure.isNew('', messageOf(error))) logger.warn('stream.look_failed', { error: messageOf(error) });
        },
      });
      link = linkNats({
        options: deps.options,
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
    degraded: () => [...follower.degraded(), ...positions.degraded()],
    acknowledgedUpTo,
    stats: () => ({ ...boundary.stats(), ...readings.stats(), receiptsRefused: 0 }),
    async drain() {
      draining = true;
      await readings.pause();
      await deps.acceptor.idle();
      // What was acknowledged last is known to the next start: it has nothing to doubt.
      await look().catch((error: unknown) => logger.warn('stream.look_failed', { error: messageOf(error) }));
      await readings.stop();
    },
    async stop() {
      await Promise.all([looking?.stop(), reporting?.stop()]);
      await link?.stop();
    },
  };
}
