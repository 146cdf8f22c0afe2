import type { JetStreamManager, StreamInfo } from 'nats';
import { makeOverlapsOne } from '../../../domain/matching/covered-by.js';
import { planStreams, type StreamPlan } from '../../../domain/streams/stream-plan.js';
import type { Logger } from '../../../logger.js';
import type { FollowedCatalog } from '../../followed-catalog.js';
import type { Refusal } from '../refusal.js';
import type { StreamSettings } from '../stream-settings.js';
import type { StreamLink } from '../wanted-consumer.js';
import { makeOwnRule } from './own-rule.js';
import { OwnStream } from './own-stream.js';
import { Services } from './services.js';
import { type ListedStreams, listStreams } from './streams.js';

export interface PlanningDeps {
  readonly settings: StreamSettings;
  readonly catalog: Pick<FollowedCatalog, 'subjects' | 'publishOnly' | 'stamp' | 'reload'>;
  /** Prefixes of subjects on which replies arrive. */
  readonly inboxes: readonly string[];
  /**
   * Runs the work on one instance at a time: two instances that change the stream at once would undo each other's
   * subjects.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

export interface Planned {
  readonly streams: ListedStreams;
  readonly plan: StreamPlan;
}

/** Our stream as one change left it. */
export interface Made extends Planned {
  /** The reason why this change was not made. Another one may be under way, so `own.refusal` may be another. */
  readonly refusal: Refusal | undefined;
}

/** The subjects that have to be read, as far as they are known at the time of the call. */
export type Wanted = Pick<FollowedCatalog, 'subjects' | 'publishOnly'>;

/**
 * Plans, from the server's streams, where the messages of the events come from, and makes our own stream as planned.
 */
export class Planning {
  readonly own: OwnStream;
  readonly services: Services;

  constructor(private readonly deps: PlanningDeps) {
    this.own = new OwnStream({ ...deps, stamp: deps.catalog.stamp });
    this.services = new Services(deps.now);
  }

  list(manager: JetStreamManager): Promise<ListedStreams> {
    return listStreams(manager, this.deps.settings.name);
  }

  /** Afterwards, our stream is as planned, or its refusal is remembered. */
  async settle(server: StreamLink): Promise<Planned> {
    const streams = await this.list(server.manager);
    // A service that kept an event out of our stream may have ended.
    if (this.services.subjects.length > 0) await this.lookForServices(server);
    const { catalog } = this.deps;
    const plan = this.of(catalog, streams);
    return this.own.wants(streams.own, plan) ? this.makeOwn(server, catalog) : { streams, plan };
  }

  of({ subjects, publishOnly }: Wanted, { own, foreign }: ListedStreams): StreamPlan {
    const served = this.services.subjects;
    return planStreams(subjects(), foreign, makeOwnRule({ ...this.deps, publishOnly, served }, own));
  }

  /** Returns whether the known services have changed. */
  async lookForServices({ connection }: StreamLink): Promise<boolean> {
    return this.deps.settings.acknowledge === 'on' && this.services.look(connection);
  }

  /** The subjects that are not declared to have no answering service. */
  undeclared(subjects: readonly string[]): readonly string[] {
    const declared = new Set(this.deps.catalog.publishOnly());
    return subjects.filter((subject) => !declared.has(subject));
  }

  /**
   * The events of a plan whose subjects our stream contained before a service answered on them. The stream answers in
   * place of that service.
   */
  answered(plan: StreamPlan, own: StreamInfo | undefined): readonly string[] {
    const isServed = makeOverlapsOne(own?.config.no_ack ? [] : this.services.subjects);
    return this.undeclared(plan.own).filter(isServed);
  }

  async makeOwn(server: StreamLink, wanted: Wanted): Promise<Made> {
    const { exclusively, catalog } = this.deps;
    return exclusively(async () => {
      await catalog.reload();
      const listed = await this.list(server.manager);
      await this.lookForServices(server);
      const plan = this.of(wanted, listed);
      if (!this.own.wants(listed.own, plan)) return { streams: listed, plan, refusal: this.own.refusal };
      const { stream, refusal } = await this.own.make(server.manager, listed.own, plan);
      return { streams: { ...listed, own: stream }, plan, refusal };
    });
  }
}
