export interface Rate {
  readonly perSecond: number;
  readonly messages: number;
}

/** The amounts to measure. */
export interface Plan {
  readonly name: 'full' | 'quick' | 'gates';
  readonly rounds: number;
  /** Rounds of the rows that take long. */
  readonly longRounds: number;
  /** Messages per run at full speed. */
  readonly messages: number;
  readonly yardstickRequests: number;
  readonly warmUpMessages: number;
  readonly payloadBytes: number;
  /**
   * The maximum number of deliveries that are published and have not arrived yet. Core NATS has no back-pressure, so
   * the publisher must not run ahead.
   */
  readonly window: number;
  readonly paced: Rate & { readonly rounds: number };
  /** W2: messages, each to 100 webhooks. */
  readonly fanOutMessages: number;
  /** W3: webhooks on one event. */
  readonly manyWebhooks: number;
  /** W5: messages that wait. */
  readonly waiting: number;
  /** W6: messages of 64 KiB and of 1 MiB. */
  readonly largeMessages: number;
  readonly hugeMessages: number;
  /** W7: the rate. */
  readonly idle: Rate;
  /** W8: rows of `webhook_logs`, and requests of each kind. */
  readonly logs: { readonly rows: number; readonly requests: number };
  readonly limitMs: number;
}

export const FULL: Plan = {
  name: 'full',
  rounds: 5,
  longRounds: 3,
  messages: 40_000,
  yardstickRequests: 60_000,
  warmUpMessages: 15_000,
  payloadBytes: 1024,
  window: 2000,
  paced: { rounds: 3, perSecond: 1000, messages: 6000 },
  fanOutMessages: 400,
  manyWebhooks: 100_000,
  waiting: 200_000,
  largeMessages: 8000,
  hugeMessages: 400,
  idle: { perSecond: 10, messages: 150 },
  logs: { rows: 5_000_000, requests: 40 },
  limitMs: 2_400_000,
};

export const QUICK: Plan = {
  ...FULL,
  name: 'quick',
  rounds: 3,
  longRounds: 1,
  messages: 10_000,
  yardstickRequests: 20_000,
  warmUpMessages: 5000,
  paced: { rounds: 1, perSecond: 1000, messages: 4000 },
  fanOutMessages: 100,
  manyWebhooks: 20_000,
  waiting: 40_000,
  largeMessages: 2000,
  hugeMessages: 100,
  idle: { perSecond: 10, messages: 50 },
  logs: { rows: 200_000, requests: 15 },
  limitMs: 240_000,
};

/** The gates measure counts, not speeds, and take half a minute. The limit is for a very busy machine. */
export const GATES: Plan = {
  ...QUICK,
  name: 'gates',
  messages: 10_000,
  yardstickRequests: 10_000,
  warmUpMessages: 3000,
  limitMs: 120_000,
};
