import type { JetStreamManager, StreamInfo } from 'nats';
import { isContested, type Obstacle } from '../../../domain/streams/stream-obstacles.js';
import type { StreamPlan } from '../../../domain/streams/stream-plan.js';
import type { Logger } from '../../../logger.js';
import { Backoffs } from '../backoffs.js';
import { type Refusal, refusalOf } from '../refusal.js';
import type { StreamSettings } from '../stream-settings.js';
import { isShared, ownConfig, unsuitable } from './own-config.js';
import { isAsPlanned, makeAsPlanned } from './streams.js';

export interface OwnStreamDeps {
  readonly settings: StreamSettings;
  /** The stamp of the catalog, which differs after each change. */
  stamp(): string;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

interface MadeStream {
  readonly stream: StreamInfo | undefined;
  readonly refusal: Refusal | undefined;
}

/** An operator who edits the stream by hand does so less often. */
const MAX_EDITS = 2;
const EDITED_WITHIN_MS = 60_000;

/**
 * Our own stream: it is made and changed as planned. If the server refuses a change, the change is tried again later.
 */
export class OwnStream {
  private readonly backoffs: Backoffs;
  /** The times at which another program had changed the stream. */
  private editedAt: readonly number[] = [];
  /** The subjects and the catalog for which the stream is as planned. */
  private asPlanned: { readonly subjects: string; readonly stamp: string } | undefined;

  constructor(private readonly deps: OwnStreamDeps) {
    this.backoffs = new Backoffs(deps.now);
  }

  /** The reason why the stream is not as planned. */
  get refusal(): Refusal | undefined {
    return this.backoffs.of(this.deps.settings.name);
  }

  /** The reason why messages may be missing in the stream. */
  get obstacle(): Obstacle | undefined {
    if (this.refusal) return { reason: this.refusal.reason, problem: this.refusal.message };
    const times = this.editedAt.filter((at) => this.deps.now() - at < EDITED_WITHIN_MS).length;
    return times > MAX_EDITS ? isContested(this.deps.settings.name, times) : undefined;
  }

  get isDue(): boolean {
    return this.backoffs.isDue;
  }

  hurry(): void {
    this.backoffs.hurry();
  }

  /** Whether a change is needed and may be tried now. */
  wants(found: StreamInfo | undefined, plan: StreamPlan): boolean {
    const unusable = unsuitable(found);
    if (unusable) {
      if (this.backoffs.mayTry(this.deps.settings.name)) this.backoffs.add(this.deps.settings.name, unusable);
      return false;
    }
    if (isAsPlanned(found, this.deps.settings, plan)) {
      this.backoffs.delete(this.deps.settings.name);
      this.note(plan);
      return false;
    }
    return this.backoffs.mayTry(this.deps.settings.name);
  }

  /** Returns the stream as it is afterwards. A refusal is also remembered, and all possible changes were made. */
  async make(jsm: JetStreamManager, found: StreamInfo | undefined, plan: StreamPlan): Promise<MadeStream> {
    const { settings, logger } = this.deps;
    const { name } = settings;
    const isEdited = found !== undefined && this.isNoted(plan);
    this.asPlanned = undefined;
    try {
      const made = await makeAsPlanned(jsm, found, settings, plan);
      logger.info('stream.changed', { stream: name, made: !found, subjects: plan.own.length });
      this.warnIfShared(made, plan);
      this.backoffs.delete(name);
      this.note(plan);
      if (isEdited) this.editedAt = [...this.editedAt.slice(-MAX_EDITS), this.deps.now()];
      return { stream: made, refusal: undefined };
    } catch (error) {
      const refusal = refusalOf(error, 'stream_refused', `the stream ${name} as hukz is configured`);
      this.backoffs.add(name, refusal);
      return { stream: found && (await this.changeSubjects(jsm, found, plan)), refusal };
    }
  }

  /** The subjects are the same in a newer catalog, so that the stream needs no change. */
  confirmPlan(): void {
    if (this.asPlanned) this.asPlanned = { ...this.asPlanned, stamp: this.deps.stamp() };
  }

  private note({ own }: StreamPlan): void {
    this.asPlanned = { subjects: own.join('\n'), stamp: this.deps.stamp() };
  }

  private isNoted({ own }: StreamPlan): boolean {
    return this.asPlanned?.stamp === this.deps.stamp() && this.asPlanned.subjects === own.join('\n');
  }

  private warnIfShared({ config }: StreamInfo, plan: StreamPlan): void {
    const { settings, logger } = this.deps;
    if (!isShared(config, settings, plan)) return;
    const because = 'it was not made by hukz and holds subjects that are not registered: its settings are left alone';
    logger.warn('stream.shared', { stream: settings.name, because });
  }

  /**
   * A setting that the server refuses must not prevent the intake of an event: the subjects are changed without the
   * setting.
   */
  private async changeSubjects(jsm: JetStreamManager, found: StreamInfo, plan: StreamPlan): Promise<StreamInfo> {
    const { subjects } = ownConfig(found.config, this.deps.settings, plan);
    try {
      return await jsm.streams.update(this.deps.settings.name, { ...found.config, ...(subjects ? { subjects } : {}) });
    } catch (error) {
      refusalOf(error, 'stream_refused', 'its subjects');
      return found;
    }
  }
}
