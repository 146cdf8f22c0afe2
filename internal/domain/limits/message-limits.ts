/** The limits of a space for the messages that name it. An absent one means no limit. */
export interface MessageLimits {
  /** Messages per second, of all instances together. */
  readonly messagesPerSecond?: number | undefined;
  /** The size of a payload. */
  readonly messageBytes?: number | undefined;
  /** Deliveries that the space is owed. */
  readonly pending?: number | undefined;
}

/** The public names of these limits. */
export const MESSAGE_LIMITS = ['messages_per_second', 'message_bytes', 'pending'] as const;
export type MessageLimit = (typeof MESSAGE_LIMITS)[number];

/** A message that is beyond a limit of its space. */
export interface OverLimit {
  readonly limit: MessageLimit;
  readonly spaceId: number;
  readonly max: number;
  /** Milliseconds after which the same message may be accepted. Undefined: never, unless the limit is raised. */
  readonly waitMs: number | undefined;
}

/** One sentence for the publisher. */
export function overLimitText({ limit, spaceId, max, waitMs = 0 }: OverLimit): string {
  const seconds = secondsUntil(waitMs);
  switch (limit) {
    case 'messages_per_second':
      return `space ${spaceId} publishes more than its ${max} messages per second (limits.messages_per_second); try again in ${seconds} s`;
    case 'message_bytes':
      return `a message of space ${spaceId} may have a payload of at most ${max} bytes (limits.message_bytes)`;
    case 'pending':
      return `space ${spaceId} is owed its ${max} deliveries or more (limits.pending); try again in ${seconds} s, when some of them have ended`;
    default:
      return limit satisfies never;
  }
}

/** The value of `Retry-After`. */
export const secondsUntil = (waitMs: number): number => Math.max(1, Math.ceil(waitMs / 1000));
