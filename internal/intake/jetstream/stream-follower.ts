import { type NatsConnection, NatsError, type StreamInfo } from 'nats';
import { hitByClosed, type Way } from '../../domain/closed-ways.js';
import { coveredBy, makeOverlapsOne, overlapping } from '../../domain/covered-by.js';
import type { Degradation } from '../../domain/degradation.js';
import { answersRequests, type Obstacle } from '../../domain/stream-obstacles.js';
import { planStreams, type StreamPlan } from '../../domain/stream-plan.js';
import { AppError, messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Admission } from '../intake.js';
import type { ConsumerPlan } from './consumer-plan.js';
import { Moves } from './moves.js';
import { Outage } from './outage.js';
import { unsuitable } from './own-config.js';
import { makeOwnRule } from './own-rule.js';
import { OwnStream } from './own-stream.js';
import { keyOf, type PullTarget } from './pull-target.js';
import type { Readings } from './readings.js';
import { type RememberedConsumer, recallPlaces } from './recall-places.js';
import { isOutOfReach, Refusal, refusalOf } from './refusal.js';
import { Services } from './services.js';
import { pictureOf } from './stream-picture.js';
import type { StreamSettings } from './stream-settings.js';
import { type ListedStreams, listStreams } from './streams.js';
import type { StreamLink, WantedConsumer } from './wanted-consumer.js';

export interface StreamFollowerDeps {
  readonly readings: Readings;
  readonly consumers: ConsumerPlan;
  readonly settings: StreamSettings;
  /** The catalog's. */
  subjects(): readonly string[];
  /** Those of them on which no service answers requests. */
  publishOnly(): readonly string[];
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
  /** The consumers that instances have read, as the database remembers them. */
  remembered(): Promise<readonly RememberedConsumer[]>;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

interface Planned {
  readonly streams: ListedStreams;
  readonly plan: StreamPlan;
}

/** What is to be read, as far as it is known at the time of the call. */
type Wanted = Pick<StreamFollowerDeps, 'subjects' | 'publishOnly'>;

/** Makes the streams and what is read of them follow the catalog. What fails of it is degraded and keeps nothing else from being taken. */
export class StreamFollower {
  private server: StreamLink | undefined;
  private plan: StreamPlan = { own: [], foreign: [], refused: new Map(), narrowed: new Map() };
  private ownHolds: readonly string[] = [];
  /** Events whose subjects our stream held before a service answered on them: it answers in place of that service. */
  private answered: readonly string[] = [];
  private readonly moves: Moves;
  /** Of the streams, when they were last looked at. */
  private picture = '';
  /** The subjects that the streams were last made to hold; undefined when they have to be looked at again. */
  private settled: string | undefined;
  private unsettled = 0;
  private followed: NatsConnection | undefined;
  private readonly own: OwnStream;
  private readonly outage: Outage;
  private readonly services: Services;

  constructor(private readonly deps: StreamFollowerDeps) {
    this.own = new OwnStream(deps);
    this.outage = new Outage(deps.now);
    this.moves = new Moves(deps);
    this.services = new Services(deps.now);
  }

  /** Whether everything was looked at since the last change that we know of. */
  get isSettled(): boolean {
    return this.settled !== undefined;
  }

  /** Why nothing is read by this connection. */
  problem(): string | undefined {
    if (this.isFollowing) return undefined;
    const why = this.outage.problem();
    return why === undefined ? 'the streams are not read yet' : `the streams are not read yet: ${why}`;
  }

  private get isFollowing(): boolean {
    return this.server !== undefined && this.followed === this.server.connection;
  }

  attach(server: StreamLink): void {
    this.server = server;
    this.unsettle();
  }

  unsettle(): void {
    this.settled = undefined;
    this.unsettled++;
  }

  /** The server may be another one: what it had refused may be tried again. */
  hurry(): void {
    this.own.hurry();
    this.deps.readings.hurry();
    this.unsettle();
  }

  async reconcile(): Promise<void> {
    const server = this.server;
    if (!server || server.connection.isClosed()) return;
    const wanted = [...this.deps.subjects(), '', ...this.deps.publishOnly()].join('\n');
    if (this.settled === wanted && !this.deps.readings.isDue && !this.own.isDue) {
      this.own.keep();
      return;
    }
    try {
      await this.follow(server, wanted);
      this.outage.end();
    } catch (error) {
      this.outage.fail(wordsOf(error));
      throw error;
    }
  }

  private async follow(server: StreamLink, wanted: string): Promise<void> {
    const { readings, settings } = this.deps;
    const unsettledBefore = this.unsettled;
    let streams = await listStreams(server.manager, settings.name);
    // A service that kept an event out of our stream may have ended.
    if (this.services.subjects.length > 0) await this.lookForServices(server);
    let plan = this.planFor(this.deps, streams);
    if (this.own.wants(streams.own, plan)) ({ streams, plan } = await this.makeOwn(server, this.deps));
    const planned = this.deps.consumers.of(plan, streams);
    if (this.moves.isNew) this.moves.recall(await this.recall(planned, streams));
    const surroundings = { plan, streams: streams.foreign, subjects: this.deps.subjects() };
    const consumers = this.moves.begin(planned, surroundings);
    await readings.follow(server, consumers);
    this.moves.followed(surroundings, readings.reads);
    // What was degraded is so until now: nothing took its messages before.
    this.plan = plan;
    this.ownHolds = heldBy(streams.own);
    const isServed = makeOverlapsOne(streams.own?.config.no_ack ? [] : this.services.subjects);
    this.answered = this.undeclared(plan.own).filter(isServed);
    this.picture = pictureOf(streams);
    this.followed = server.connection;
    // What was lost, or connected anew, meanwhile has to be looked at again.
    if (this.unsettled === unsettledBefore) this.settled = wanted;
  }

  /** Notices what others have done to the streams: it is planned again, so that it is healed or told. */
  async look(): Promise<void> {
    const server = this.server;
    if (!server || !this.isFollowing) return;
    const streams = await listStreams(server.manager, this.deps.settings.name).catch((error: unknown) => {
      this.outage.fail(wordsOf(error));
      throw error;
    });
    if (this.isSettled) this.outage.end();
    if (pictureOf(streams) !== this.picture) this.unsettle();
    else this.moves.look(streams.foreign);
    if (this.services.isDue && this.undeclared(this.plan.own).length > 0) {
      if (await this.lookForServices(server)) this.unsettle();
    }
    const { readings } = this.deps;
    for (const target of this.moves.dropDrained(streams.foreign, readings.isDrained)) {
      const isNeeded = () => this.isWanted(target, streams);
      await readings.remove(server, target, { because: 'it is empty, and others are read in its place', isNeeded });
    }
    if (!this.isSettled) await this.deps.refresh();
  }

  /**
   * Asked before an event is stored: makes what its messages need, as far as nothing else depends on it yet.
   * @throws {AppError} `unprocessable`, in the words of the server, when they could not be taken
   */
  async admit(event: Admission, insteadOf: string | undefined): Promise<void> {
    const server = this.server;
    if (!server) return;
    try {
      await this.prepare(server, event, insteadOf);
    } catch (error) {
      throw refusedEvent(error);
    }
  }

  private async prepare(server: StreamLink, { subject, publishOnly }: Admission, insteadOf?: string): Promise<void> {
    const { settings, readings } = this.deps;
    const listed = await listStreams(server.manager, settings.name);
    if (!publishOnly) await this.lookForServices(server);
    const others = (all: readonly string[]) => all.filter((other) => other !== insteadOf);
    const after: Wanted = {
      subjects: () => [...others(this.deps.subjects()), subject],
      publishOnly: () => [...others(this.deps.publishOnly()), ...(publishOnly ? [subject] : [])],
    };
    const obstacle = this.planFor(after, listed).refused.get(subject);
    if (obstacle) throw new AppError('unprocessable', obstacle.problem, 'event');
    // The subject that is replaced stays in the stream until the change is stored; what crosses it alone is made after that.
    const both: Wanted = {
      subjects: () => [...this.deps.subjects(), subject],
      publishOnly: () => [...this.deps.publishOnly(), ...after.publishOnly()],
    };
    const plan = this.planFor(both, listed);
    if (plan.refused.has(subject)) return;
    const foreign = plan.foreign.filter((each) => coveredBy([subject], [each.subject]).length > 0);
    let streams = listed;
    const isHeld = ({ own }: ListedStreams) => coveredBy([subject], heldBy(own)).length > 0;
    if (foreign.length === 0 && (!isHeld(listed) || this.own.refusal)) {
      this.own.hurry();
      // Should the event not be stored, the subject is taken out again.
      this.unsettle();
      ({ streams } = await this.makeOwn(server, both));
      if (this.own.refusal && !isHeld(streams)) throw this.own.refusal;
    }
    const its = foreign.length > 0 ? { ...streams, own: undefined } : streams;
    for (const one of this.deps.consumers.of({ ...plan, foreign }, its)) await readings.prepare(server, one);
  }

  degraded(): readonly Degradation[] {
    const subjects = this.deps.subjects();
    const { refused, narrowed } = this.plan;
    const found: Degradation[] = [...refused].map(([event, obstacle]) => ({ event, ...obstacle }));
    for (const [event, obstacle] of narrowed) found.push({ event, ...obstacle, isPartial: true });
    for (const event of this.answered)
      found.push({ event, ...answersRequests(event, this.deps.settings.name, 'STREAM_ACK=off'), isPartial: true });
    const { obstacle } = this.own;
    if (obstacle && this.missing.length === 0) found.push(obstacle);
    const hit = hitByClosed(this.ways(subjects), subjects);
    return [...found, ...hit, ...this.outOfReach(subjects), ...this.services.degraded()];
  }

  /** The subjects that our own stream does not hold although it should. */
  private get missing(): readonly string[] {
    if (!this.own.obstacle) return [];
    const held = new Set(this.ownHolds);
    return this.plan.own.filter((subject) => !held.has(subject));
  }

  /** The ways by which messages of the events come. */
  private ways(subjects: readonly string[]): readonly Way[] {
    const { readings } = this.deps;
    const missing = new Set(this.missing);
    const foreign = this.plan.foreign.map(({ stream, subject }) => ({
      subjects: [subject],
      obstacle: readings.obstacleOf(this.deps.consumers.foreign(stream, subject)),
    }));
    const left = this.moves.left.map(({ target, filter = '>' }) => ({
      subjects: overlapping(subjects, filter),
      obstacle: readings.obstacleOf(target),
    }));
    return [
      { subjects: [...missing], obstacle: this.own.obstacle },
      {
        subjects: this.plan.own.filter((subject) => !missing.has(subject)),
        obstacle: readings.obstacleOf(this.deps.consumers.own),
      },
      ...foreign,
      // By those that are open, new messages do not come.
      ...left.filter(({ obstacle }) => obstacle !== undefined),
    ];
  }

  /** While the streams cannot be looked at: the events that are not read, or else that changes go unnoticed. */
  private outOfReach(subjects: readonly string[]): readonly Degradation[] {
    const why = this.outage.problem();
    if (why === undefined) return [];
    const { readings } = this.deps;
    const { own, foreign } = this.plan;
    const read = [
      ...(readings.reads(this.deps.consumers.own) ? own : []),
      ...foreign
        .filter(({ stream, subject }) => readings.reads(this.deps.consumers.foreign(stream, subject)))
        .map(({ subject }) => subject),
    ];
    const covered = new Set(coveredBy(subjects, read));
    const unread = subjects.filter((event) => !covered.has(event));
    const obstacle: Obstacle = { reason: 'not_connected', problem: `The streams cannot be looked at: ${why}` };
    return unread.length === 0 ? [obstacle] : unread.map((event) => ({ event, ...obstacle }));
  }

  /** Whether other services are known than before. */
  private async lookForServices({ connection }: StreamLink): Promise<boolean> {
    return this.deps.settings.acknowledge === 'on' && this.services.look(connection);
  }

  /** Those of which it is not said that no service answers on them. */
  private undeclared(subjects: readonly string[]): readonly string[] {
    const declared = new Set(this.deps.publishOnly());
    return subjects.filter((subject) => !declared.has(subject));
  }

  private planFor({ subjects, publishOnly }: Wanted, { own, foreign }: ListedStreams): StreamPlan {
    return planStreams(
      subjects(),
      foreign,
      makeOwnRule({ ...this.deps, publishOnly, served: this.services.subjects }, own),
    );
  }

  private async makeOwn(server: StreamLink, wanted: Wanted): Promise<Planned> {
    const { exclusively, reload, settings } = this.deps;
    return exclusively(async () => {
      await reload();
      const listed = await listStreams(server.manager, settings.name);
      await this.lookForServices(server);
      const plan = this.planFor(wanted, listed);
      if (!this.own.wants(listed.own, plan)) return { streams: listed, plan };
      return { streams: { ...listed, own: await this.own.make(server.manager, listed.own, plan) }, plan };
    });
  }

  /** Whether a consumer is to be read by the catalog as it was loaded last. */
  private isWanted(target: PullTarget, streams: ListedStreams): boolean {
    const wanted = this.deps.consumers.of(this.planFor(this.deps, streams), streams);
    return wanted.some((one) => keyOf(one.target) === keyOf(target));
  }

  private async recall(wanted: readonly WantedConsumer[], { foreign: streams }: ListedStreams) {
    const { own, nameOf } = this.deps.consumers;
    const subjects = this.deps.subjects();
    return recallPlaces(await this.deps.remembered(), { subjects, wanted, streams, own, nameOf });
  }
}

/** What may be read of our stream. */
const heldBy = (own: StreamInfo | undefined) => (own && !unsuitable(own) ? (own.config.subjects ?? []) : []);

const refusedEvent = (error: unknown): unknown => {
  if (error instanceof Refusal) return new AppError('unprocessable', error.message, 'event');
  if (!(error instanceof NatsError)) return error;
  const problem = wordsOf(error);
  return isOutOfReach(error)
    ? new AppError('unavailable', `the event cannot be taken now: ${problem}`)
    : new AppError('unprocessable', problem, 'event');
};

function wordsOf(error: unknown): string {
  try {
    return refusalOf(error, 'stream_refused', 'to list its streams').message;
  } catch {
    return messageOf(error);
  }
}
