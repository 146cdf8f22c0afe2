import type { Tags } from './tags.js';

/** A registered event: the subject that applications publish to (`event` in the contract), with a name and tags. */
export interface Event {
  readonly id: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
  readonly createdById: number;
  readonly updatedById: number;
  readonly name: string;
  readonly subject: string;
  readonly tags: Tags;
  /** Whether the subject is free of services that answer requests, so that a stream may acknowledge its messages. */
  readonly publishOnly: boolean;
}
