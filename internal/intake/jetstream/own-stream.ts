import type { JetStreamManager, StreamInfo } from 'nats';
import type { Obstacle } from '../../domain/stream-obstacles.js';
import type { StreamPlan } from '../../domain/stream-plan.js';
import type { Logger } from '../../logger.js';
import { Failures } from './failures.js';
import { isShared, ownConfig, unsuitable } from './own-config.js';
import { type Refusal, refusalOf } from './refusal.js';
import type { StreamSettings } from './stream-settings.js';
import { isAsPlanned, makeAsPlanned } from './streams.js';

export interface OwnStreamDeps {
  readonly settings: StreamSettings;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

/** Our own stream: made and changed as planned, and tried again later where the server refuses. */
export class OwnStream {
  private readonly failures: Failures;

  constructor(private readonly deps: OwnStreamDeps) {
    this.failures = new Failures(deps.now);
  }

  /** Why the stream is not as planned. */
  get refusal(): Refusal | undefined {
    return this.failures.of(this.deps.settings.name);
  }

  /** The same in words. */
  get obstacle(): Obstacle | undefined {
    return this.refusal && { reason: this.refusal.reason, problem: this.refusal.message };
  }

  get isDue(): boolean {
    return this.failures.isDue;
  }

  hurry(): void {
    this.failures.hurry();
  }

  /** Whether there is something to change, and it may be tried now. */
  wants(found: StreamInfo | undefined, plan: StreamPlan): boolean {
    const unusable = unsuitable(found);
    if (unusable) {
      if (this.failures.mayTry(this.deps.settings.name)) this.failures.add(this.deps.settings.name, unusable);
      return false;
    }
    if (isAsPlanned(found, this.deps.settings, plan)) {
      this.failures.delete(this.deps.settings.name);
      return false;
    }
    return this.failures.mayTry(this.deps.settings.name);
  }

  /** The stream as it is afterwards; a refusal is remembered, and what could be done was done. */
  async make(jsm: JetStreamManager, found: StreamInfo | undefined, plan: StreamPlan): Promise<StreamInfo | undefined> {
    const { settings, logger } = this.deps;
    const { name } = settings;
    try {
      const made = await makeAsPlanned(jsm, found, settings, plan);
      logger.info('stream.changed', { stream: name, made: !found, subjects: plan.own.length });
      this.tellShared(made, plan);
      this.failures.delete(name);
      return made;
    } catch (error) {
      this.failures.add(name, refusalOf(error, 'stream_refused', `the stream ${name} as hukz is configured`));
      return found && (await this.changeSubjects(jsm, found, plan));
    }
  }

  private tellShared({ config }: StreamInfo, plan: StreamPlan): void {
    const { settings, logger } = this.deps;
    if (!isShared(config, settings, plan)) return;
    const because = 'it was not made by hukz and holds subjects that are not registered: its settings are left alone';
    logger.warn('stream.shared', { stream: settings.name, because });
  }

  /** A setting that the server refuses keeps no event from being taken: the subjects are changed without it. */
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
