/**
 * The part of a webhook's state that hukz decides and not a user. Every field is absent while the webhook is healthy.
 */
export interface WebhookCondition {
  /** The reason and the time at which hukz disabled the webhook. */
  readonly disabled?: { readonly because: string; readonly at: Date | null };
  readonly pausedAt?: Date;
  readonly circuit?: {
    readonly openedAt: Date;
    readonly because: string | null;
    /** The time of the next probe, if a delivery is waiting. */
    readonly probeAt: Date | null;
    readonly probes: number;
  };
  /** The time of the first failure since the last success. */
  readonly failingSince?: Date;
  /** Set while the backlog is unparked in steps. */
  readonly resuming?: { readonly perSecond: number | null; readonly dropBefore: Date | null };
}

/** The states by which users filter webhooks. When several states apply, the first one counts. */
export const WEBHOOK_STATES = ['disabled', 'paused', 'open', 'active'] as const;
/** `open` means that the webhook's circuit is open. */
export type WebhookState = (typeof WEBHOOK_STATES)[number];
