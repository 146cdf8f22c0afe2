import { createHash } from 'node:crypto';
import type { ConnectionOptions, ConsumerInfo, JetStreamManager, NatsConnection } from 'nats';
import { planStreams, type StreamPlan } from '../../domain/stream-plan.js';
import { AppError, messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { type Repeating, repeat } from '../../repeat.js';
import type { Acceptor } from '../acceptor.js';
import type { Intake } from '../intake.js';
import { linkNats, type NatsLink } from '../nats-link.js';
import { reportLosses } from '../report-losses.js';
import { acknowledgedUpTo } from './acknowledged.js';
import type { PullTarget } from './pull-requests.js';
import { Puller } from './puller.js';
import { markOf } from './stream-position.js';
import { type BeginAt, durableName, type StreamSettings } from './stream-settings.js';
import { ensureConsumer, isAsPlanned, isNotFound, listStreams, makeAsPlanned, requireJetStream } from './streams.js';

export interface JetStreamIntakeDeps {
  readonly acceptor: Acceptor;
  readonly queueGroup: string;
  readonly settings: StreamSettings;
  readonly options: ConnectionOptions;
  /** The catalog's. */
  subjects(): readonly string[];
  /** Loads the catalog, and makes us follow it. */
  refresh(): Promise<void>;
  /** Loads the catalog, nothing else. */
  reload(): Promise<void>;
  /** Runs alone among all instances: two that change the stream at once would undo each other's subjects. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  readonly logger: Logger;
}

/** One consumer that we read. */
interface Reading {
  readonly target: PullTarget;
  readonly created: string;
  readonly filter: string | undefined;
  readonly puller: Puller;
  pending: number;
}

/** How far a consumer was acknowledged when we last looked: where a new one in its place begins. */
interface Floor {
  readonly created: string;
  readonly sequence: number;
}

const LOOK_EVERY_MS = 5000;

/** Intake from JetStream: publishers stay as they are, a message counts from the moment our stream has it. */
export function makeJetStreamIntake(deps: JetStreamIntakeDeps): Intake {
  const { settings, logger } = deps;
  const readings = new Map<string, Reading>();
  const floors = new Map<string, Floor>();
  const count = { gap: 0, lost: 0 };
  let link: NatsLink | undefined;
  let connection: NatsConnection | undefined;
  let jsm: JetStreamManager | undefined;
  let looking: Repeating | undefined;
  let reporting: Repeating | undefined;
  let plan: StreamPlan = { own: [], foreign: [], refused: new Map() };
  /** The subjects that the streams were last made to hold; undefined when they have to be looked at again. */
  let settled: string | undefined;
  let draining = false;

  const connected = async (fresh: NatsConnection) => {
    jsm = await requireJetStream(() => fresh.jetstreamManager());
    connection = fresh;
    await stopReading();
    settled = undefined;
    await deps.refresh();
  };

  const lost = (reading: Reading, why: string) => {
    if (readings.get(keyOf(reading.target)) !== reading) return;
    count.lost++;
    settled = undefined;
    readings.delete(keyOf(reading.target));
    logger.error('stream.consumer_lost', { ...reading.target, why, mended_by: 'making it again' });
    void reading.puller.stop();
  };

  const reconcile = async () => {
    const manager = jsm;
    if (!manager || !connection || connection.isClosed()) return;
    const wanted = deps.subjects().join('\n');
    if (settled === wanted) return;
    let streams = await listStreams(manager, settings.name);
    plan = planStreams(deps.subjects(), streams.foreign);
    if (!isAsPlanned(streams.own, settings, plan)) {
      await deps.exclusively(async () => {
        await deps.reload();
        streams = await listStreams(manager, settings.name);
        plan = planStreams(deps.subjects(), streams.foreign);
        if (isAsPlanned(streams.own, settings, plan)) return;
        const isNew = streams.own === undefined;
        const own = await makeAsPlanned(manager, streams.own, settings, plan);
        streams = { ...streams, own };
        logger.info('stream.changed', { stream: settings.name, made: isNew, subjects: plan.own.length });
      });
    }
    await follow(manager, streams.own?.created);
    for (const [subject, problem] of plan.refused) logger.error('event.not_taken', { subject, problem });
    settled = wanted;
  };

  const follow = async (manager: JetStreamManager, ownCreated: string | undefined) => {
    const wanted = new Map<string, { target: PullTarget; filter: string | undefined; created: string }>();
    if (ownCreated !== undefined) {
      const target = { stream: settings.name, consumer: durableName(deps.queueGroup) };
      wanted.set(keyOf(target), { target, filter: undefined, created: ownCreated });
    }
    for (const { stream, subject } of plan.foreign) {
      const target = { stream, consumer: durableName(deps.queueGroup, `_${hash(subject)}`) };
      const { created } = await manager.streams.info(stream);
      wanted.set(keyOf(target), { target, filter: subject, created });
    }
    for (const [key, reading] of readings) {
      if (wanted.get(key)?.created === reading.created) continue;
      readings.delete(key);
      await reading.puller.stop();
    }
    for (const [key, one] of wanted) if (!readings.has(key)) readings.set(key, await read(manager, one));
  };

  const read = async (
    manager: JetStreamManager,
    { target, filter, created }: { target: PullTarget; filter: string | undefined; created: string },
  ): Promise<Reading> => {
    const begin = beginAt(target, filter, created);
    const made = await ensureConsumer(manager, target, begin, filter);
    logger.info('stream.read', { ...target, made, ...(made ? { begin } : {}), ...(filter ? { filter } : {}) });
    if (!connection) throw new Error('no connection to read from');
    const puller = new Puller({
      connection,
      target,
      streamCreated: created,
      readsAll: filter === undefined,
      acceptor: deps.acceptor,
      onLost: (why) => lost(reading, why),
      onGap: (messages) => {
        count.gap += messages;
        logger.error('stream.gap', {
          ...target,
          messages,
          because: 'they were evicted from the stream before they were read',
        });
      },
      logger,
    });
    const reading: Reading = { target, filter, created, puller, pending: 0 };
    return reading;
  };

  /** A consumer that was lost goes on behind its last acknowledgement; in our own stream, nothing is older than us. */
  const beginAt = (target: PullTarget, filter: string | undefined, created: string): BeginAt => {
    const floor = floors.get(keyOf(target));
    if (floor?.created === created) return { sequence: floor.sequence + 1 };
    return filter === undefined ? 'all' : settings.deliverPolicy;
  };

  /** Notices what nobody tells us: deleted streams and consumers, and how much waits. */
  const look = async () => {
    const manager = jsm;
    if (!manager || link?.problem() !== undefined) return;
    for (const reading of [...readings.values()]) await inquire(manager, reading);
  };

  const inquire = async (manager: JetStreamManager, reading: Reading): Promise<ConsumerInfo | undefined> => {
    try {
      const info = await manager.consumers.info(reading.target.stream, reading.target.consumer);
      floors.set(keyOf(reading.target), { created: reading.created, sequence: info.ack_floor.stream_seq });
      reading.pending = info.num_pending;
      return info;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      lost(reading, messageOf(error));
      return undefined;
    }
  };

  const inquireStream = async (stream: string, known: number) => {
    const manager = jsm;
    if (!manager || draining || link?.problem() !== undefined) return undefined;
    const its = [...readings.values()].filter(
      ({ target, created }) => markOf({ name: target.stream, created }) === stream,
    );
    // While the streams have to be looked at again, one that is not read may be so in a moment.
    if (its.length === 0) return settled === undefined ? undefined : 'unread';
    const infos = await Promise.all(its.map((reading) => inquire(manager, reading)));
    const found = infos.filter((info) => info !== undefined);
    return found.length === its.length ? acknowledgedUpTo(found, known) : undefined;
  };

  const stopReading = async () => {
    const all = [...readings.values()];
    readings.clear();
    await Promise.all(all.map(({ puller }) => puller.stop()));
  };

  const connectionProblem = () => (link ? link.problem() : 'not started yet');

  return {
    promise: 'at least once from the stream on',
    start() {
      reporting = reportLosses(deps.acceptor, logger);
      looking = repeat(look, {
        everyMs: LOOK_EVERY_MS,
        onError: (error) => logger.warn('stream.look_failed', { error: messageOf(error) }),
      });
      link = linkNats({
        options: deps.options,
        logger,
        onConnected: connected,
        onReconnected: () => {
          settled = undefined;
          for (const { puller } of readings.values()) puller.again();
        },
      });
      return link.tried;
    },
    reconcile,
    async admitSubject(subject, insteadOf) {
      const problem = connectionProblem();
      if (problem || !jsm) throw new AppError('unavailable', `the event cannot be taken now: ${problem}`);
      const { foreign } = await listStreams(jsm, settings.name);
      const others = deps.subjects().filter((other) => other !== insteadOf);
      const refusal = planStreams([...others, subject], foreign).refused.get(subject);
      if (refusal) throw new AppError('unprocessable', refusal, 'event');
    },
    connectionProblem,
    publish: (subject, payload) => link?.publish(subject, payload) ?? false,
    subscriptionProblem() {
      const [first] = plan.refused;
      return first && `${plan.refused.size} subject(s) not taken, first: ${first[1]}`;
    },
    acknowledgedUpTo: inquireStream,
    stats: () => ({
      subscriptions: readings.size,
      streamPending: [...readings.values()].reduce((sum, { pending }) => sum + pending, 0),
      streamGap: count.gap,
      streamLost: count.lost,
    }),
    async drain() {
      draining = true;
      await stopReading();
      await deps.acceptor.idle();
    },
    async stop() {
      await Promise.all([looking?.stop(), reporting?.stop()]);
      await link?.stop();
    },
  };
}

const keyOf = ({ stream, consumer }: PullTarget) => `${stream}\n${consumer}`;

const hash = (text: string) => createHash('sha1').update(text).digest('hex').slice(0, 8);
