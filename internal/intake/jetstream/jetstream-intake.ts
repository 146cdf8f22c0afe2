import { createHash } from 'node:crypto';
import type { ConnectionOptions, JetStreamManager, NatsConnection } from 'nats';
import { planStreams, type StreamPlan } from '../../domain/stream-plan.js';
import { AppError, messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { type Repeating, repeat } from '../../repeat.js';
import type { Acceptor } from '../acceptor.js';
import { makeClientBoundary } from '../client-boundary.js';
import type { Intake } from '../intake.js';
import { linkNats, type NatsLink } from '../nats-link.js';
import { reportLosses } from '../report-losses.js';
import { Readings, type StreamLink, type WantedConsumer } from './readings.js';
import { durableName, type StreamSettings } from './stream-settings.js';
import { isAsPlanned, listStreams, makeAsPlanned, requireJetStream } from './streams.js';

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

const LOOK_EVERY_MS = 5000;

/** Intake from JetStream: publishers stay as they are, a message counts from the moment our stream has it. */
export function makeJetStreamIntake(deps: JetStreamIntakeDeps): Intake {
  const { settings, logger } = deps;
  let link: NatsLink | undefined;
  let server: StreamLink | undefined;
  let looking: Repeating | undefined;
  let reporting: Repeating | undefined;
  let plan: StreamPlan = { own: [], foreign: [], refused: new Map() };
  /** The subjects that the streams were last made to hold; undefined when they have to be looked at again. */
  let settled: string | undefined;
  let unsettled = 0;
  let draining = false;

  const unsettle = () => {
    settled = undefined;
    unsettled++;
  };
  const { acceptor } = deps;
  const { deliverPolicy } = settings;
  const boundary = makeClientBoundary();
  const readings = new Readings({ acceptor, boundary, deliverPolicy, onLost: unsettle, logger });

  const connected = async (connection: NatsConnection) => {
    server = { connection, manager: await requireJetStream(() => connection.jetstreamManager()) };
    await readings.stop();
    unsettle();
    await deps.refresh();
  };

  const reconcile = async () => {
    const asked = server;
    if (!asked || asked.connection.isClosed()) return;
    const { manager } = asked;
    const wanted = deps.subjects().join('\n');
    if (settled === wanted) return;
    const unsettledBefore = unsettled;
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
    await readings.follow(asked, await consumersOf(manager, streams.own?.created));
    // What was lost, or connected anew, meanwhile has to be looked at again.
    if (unsettled === unsettledBefore) settled = wanted;
  };

  const consumersOf = async (
    manager: JetStreamManager,
    ownCreated: string | undefined,
  ): Promise<readonly WantedConsumer[]> => {
    const wanted: WantedConsumer[] = [];
    if (ownCreated !== undefined) {
      const target = { stream: settings.name, consumer: durableName(deps.queueGroup) };
      wanted.push({ target, filter: undefined, created: ownCreated });
    }
    for (const { stream, subject } of plan.foreign) {
      const target = { stream, consumer: durableName(deps.queueGroup, `_${hash(subject)}`) };
      const { created } = await manager.streams.info(stream);
      wanted.push({ target, filter: subject, created });
    }
    return wanted;
  };

  /** What can be asked just now. */
  const reachable = () => (link?.problem() === undefined ? server?.manager : undefined);

  const look = async () => {
    const manager = reachable();
    if (manager) await readings.look(manager);
  };

  const acknowledgedUpTo = async (stream: string, known: number) => {
    const manager = reachable();
    if (!manager || draining) return undefined;
    const answer = await readings.inquireUpTo(manager, stream, known);
    // While the streams have to be looked at again, one that is not read may be so in a moment.
    return answer === 'unread' && settled === undefined ? undefined : answer;
  };

  const connectionProblem = () => (link ? link.problem() : 'not started yet');

  return {
    promise: 'at least once from the stream on',
    start() {
      reporting = reportLosses({ acceptor, boundary, logger });
      looking = repeat(look, {
        everyMs: LOOK_EVERY_MS,
        onError: (error) => logger.warn('stream.look_failed', { error: messageOf(error) }),
      });
      link = linkNats({
        options: deps.options,
        logger,
        onConnected: connected,
        onReconnected: () => {
          unsettle();
          readings.again();
        },
      });
      return link.tried;
    },
    reconcile,
    async admitSubject(subject, insteadOf) {
      const problem = connectionProblem();
      if (problem || !server) throw new AppError('unavailable', `the event cannot be taken now: ${problem}`);
      const { foreign } = await listStreams(server.manager, settings.name);
      const others = deps.subjects().filter((other) => other !== insteadOf);
      const refusal = planStreams([...others, subject], foreign).refused.get(subject);
      if (refusal) throw new AppError('unprocessable', refusal, 'event');
    },
    connectionProblem,
    publish: (subject, payload) => link?.publish(subject, payload) ?? false,
    degraded: () => [...plan.refused].map(([event, problem]) => ({ event, reason: 'subject_overlap', problem })),
    acknowledgedUpTo,
    stats: () => ({ ...boundary.stats(), ...readings.stats() }),
    async drain() {
      draining = true;
      await readings.stop();
      await deps.acceptor.idle();
    },
    async stop() {
      await Promise.all([looking?.stop(), reporting?.stop()]);
      await link?.stop();
    },
  };
}

const hash = (text: string) => createHash('sha1').update(text).digest('hex').slice(0, 8);
