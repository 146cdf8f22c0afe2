import type { Filter } from '../filter/filter.js';

/** The messages that an erasure selects: by their ids, or by conditions that all have to hold. */
export interface ErasureSelection {
  readonly ids?: readonly string[] | undefined;
  /** Messages received at this instant or later. */
  readonly since?: Date | undefined;
  /** Messages received before this instant. It is never after the request. */
  readonly until: Date;
  /** The subject, exactly. */
  readonly event?: string | undefined;
  /** The message was owed to a webhook of this space. */
  readonly spaceId?: number | undefined;
  /** The content of the message, by the operators of the filters of webhooks. */
  readonly content?: Filter | undefined;
}

export type ErasureState = 'running' | 'done' | 'cancelled';

/** A job that erases messages, and its progress. */
export interface Erasure {
  /** uuid */
  readonly id: string;
  readonly createdAt: Date;
  readonly createdById: number;
  readonly selection: ErasureSelection;
  /** Whether the content is a condition. The condition itself may name a person, and is deleted when the job ends. */
  readonly hasContent: boolean;
  readonly state: ErasureState;
  /** Number of matches when the erasure was requested. */
  readonly total: number;
  /** Number of messages whose payload and headers are gone. */
  readonly erased: number;
  /** How many of them still have a delivery under way, or a copy in the stream. */
  readonly waiting: number;
  /** Number of messages whose payload is too large for the condition on the content. They are not erased. */
  readonly undecided: number;
  /** Why some of the waiting messages are not finished. */
  readonly problem: string | null;
  readonly finishedAt: Date | null;
}
