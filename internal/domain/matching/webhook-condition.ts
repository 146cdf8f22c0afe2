/** What has become of a webhook beside what people decided; everything is absent while all is well. */
export interface WebhookCondition {
  /** Why and when it was disabled by itself. */
  readonly disabled?: { readonly because: string; readonly at: Date | null };
  readonly pausedAt?: Date;
  readonly circuit?: {
    readonly openedAt: Date;
    readonly because: string | null;
    /** When one delivery is tried next, if one waits. */
    readonly probeAt: Date | null;
    readonly probes: number;
  };
  /** The first failure since anything succeeded. */
  readonly failingSince?: Date;
  /** Its backlog is let go in steps. */
  readonly resuming?: { readonly perSecond: number | null; readonly dropBefore: Date | null };
}

/** As people ask for webhooks: of several at once the first counts. */
export const WEBHOOK_STATES = ['disabled', 'paused', 'open', 'active'] as const;
/** `open`: its circuit is. */
export type WebhookState = (typeof WEBHOOK_STATES)[number];
