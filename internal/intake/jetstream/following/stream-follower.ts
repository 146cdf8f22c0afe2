import type { NatsConnection } from 'nats';
import type { Degradation } from '../../../domain/streams/degradation.js';
import type { StreamPlan } from '../../../domain/streams/stream-plan.js';
import type { FollowedCatalog } from '../../followed-catalog.js';
import type { Admission } from '../../intake.js';
import type { ConsumerPlan } from '../consumers/consumer-plan.js';
import type { RememberedConsumer } from '../positions/remembered-consumer.js';
import { keyOf, type PullTarget } from '../pull-target.js';
import type { Readings } from '../reading/readings.js';
import { serverTextOf } from '../refusal.js';
import { heldBy } from '../streams/own-config.js';
import { Planning, type PlanningDeps } from '../streams/planning.js';
import { pictureOf } from '../streams/stream-picture.js';
import type { ListedStreams } from '../streams/streams.js';
import type { StreamLink, WantedConsumer } from '../wanted-consumer.js';
import { type Admit, makeAdmit } from './admission.js';
import { degradedEvents } from './degraded-events.js';
import { Moves } from './moves.js';
import { Outage } from './outage.js';
import { recallPlaces } from './recall-places.js';

export interface StreamFollowerDeps extends PlanningDeps {
  readonly readings: Readings;
  readonly consumers: ConsumerPlan;
  readonly catalog: FollowedCatalog;
  /** The consumers that instances have read, as the database remembers them. */
  remembered(): Promise<readonly RememberedConsumer[]>;
}

/**
 * Makes the streams and their consumers follow the catalog. A part that fails is degraded and does not stop the other
 * parts.
 */
export class StreamFollower {
  private server: StreamLink | undefined;
  private plan: StreamPlan = { own: [], foreign: [], refused: new Map(), narrowed: new Map() };
  private ownHolds: readonly string[] = [];
  private answered: readonly string[] = [];
  private readonly moves: Moves;
  /** The picture of the streams at the last look. */
  private picture = '';
  /**
   * The subjects that the streams were last made to contain. Undefined means that the streams have to be looked at
   * again.
   */
  private settled: string | undefined;
  private unsettled = 0;
  private followed: NatsConnection | undefined;
  private readonly planning: Planning;
  private readonly admitBy: Admit;
  private readonly outage: Outage;

  constructor(private readonly deps: StreamFollowerDeps) {
    this.planning = new Planning(deps);
    this.admitBy = makeAdmit({ ...deps, planning: this.planning, onTried: () => this.unsettle() });
    this.outage = new Outage(deps.now);
    this.moves = new Moves(deps);
  }

  /** Whether everything was looked at since the last known change. */
  get isSettled(): boolean {
    return this.settled !== undefined;
  }

  /** The reason why nothing is read by this connection. */
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

  /** Allows a retry of everything that the server had refused, because the server may be another one. */
  hurry(): void {
    this.planning.own.hurry();
    this.deps.readings.hurry();
    this.unsettle();
  }

  async reconcile(): Promise<void> {
    const server = this.server;
    if (!server || server.connection.isClosed()) return;
    const { catalog, readings } = this.deps;
    const wanted = [...catalog.subjects(), '', ...catalog.publishOnly()].join('\n');
    if (this.settled === wanted && !readings.isDue && !this.planning.own.isDue) {
      this.planning.own.confirmPlan();
      return;
    }
    try {
      await this.follow(server, wanted);
      this.outage.end();
    } catch (error) {
      this.outage.fail(serverTextOf(error));
      throw error;
    }
  }

  private async follow(server: StreamLink, wanted: string): Promise<void> {
    const { catalog, readings } = this.deps;
    const unsettledBefore = this.unsettled;
    const { streams, plan } = await this.planning.settle(server);
    const planned = this.deps.consumers.of(plan, streams);
    if (this.moves.isNew) this.moves.recall(await this.recall(planned, streams));
    const surroundings = { plan, streams: streams.foreign, subjects: catalog.subjects() };
    const consumers = this.moves.begin(planned, surroundings);
    await readings.follow(server, consumers);
    this.moves.followed(surroundings, readings.reads);
    // Events that were degraded stay degraded until now, because their messages were not received before.
    this.plan = plan;
    this.ownHolds = heldBy(streams.own);
    this.answered = this.planning.answered(plan, streams.own);
    this.picture = pictureOf(streams);
    this.followed = server.connection;
    // Streams that were lost, or connected again, meanwhile have to be looked at again.
    if (this.unsettled === unsettledBefore) this.settled = wanted;
  }

  /**
   * Notices changes of the streams by other programs. The plan is made again, so that the streams are repaired or the
   * problem is reported.
   */
  async look(): Promise<void> {
    const server = this.server;
    if (!server || !this.isFollowing) return;
    const streams = await this.planning.list(server.manager).catch((error: unknown) => {
      this.outage.fail(serverTextOf(error));
      throw error;
    });
    if (this.isSettled) this.outage.end();
    if (pictureOf(streams) !== this.picture) this.unsettle();
    else this.moves.look(streams.foreign);
    const { services } = this.planning;
    if (services.isDue && this.planning.undeclared(this.plan.own).length > 0) {
      if (await this.planning.lookForServices(server)) this.unsettle();
    }
    const { readings } = this.deps;
    for (const target of this.moves.dropDrained(streams.foreign, readings.isDrained)) {
      const isNeeded = () => this.isWanted(target, streams);
      await readings.remove(server, target, { because: 'it is empty, and others are read in its place', isNeeded });
    }
    if (!this.isSettled) await this.deps.catalog.refresh();
  }

  /** Called before an event is stored. @throws {AppError} `unprocessable` if its messages could not be received */
  async admit(event: Admission, insteadOf: string | undefined): Promise<void> {
    if (this.server) await this.admitBy(this.server, event, insteadOf);
  }

  degraded(): readonly Degradation[] {
    const { catalog, readings, consumers, settings } = this.deps;
    const events = degradedEvents({
      subjects: catalog.subjects(),
      plan: this.plan,
      answered: this.answered,
      ownName: settings.name,
      ownHolds: this.ownHolds,
      ownObstacle: this.planning.own.obstacle,
      consumers,
      readings,
      left: this.moves.left,
      outage: this.outage.problem(),
    });
    return [...events, ...this.planning.services.degraded()];
  }

  /** Whether a consumer has to be read according to the catalog as it was loaded last. */
  private isWanted(target: PullTarget, streams: ListedStreams): boolean {
    const wanted = this.deps.consumers.of(this.planning.of(this.deps.catalog, streams), streams);
    return wanted.some((one) => keyOf(one.target) === keyOf(target));
  }

  private async recall(wanted: readonly WantedConsumer[], { foreign: streams }: ListedStreams) {
    const { own, nameOf } = this.deps.consumers;
    const subjects = this.deps.catalog.subjects();
    return recallPlaces(await this.deps.remembered(), { subjects, wanted, streams, own, nameOf });
  }
}
