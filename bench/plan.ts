/** How much is measured. */
export interface Plan {
  readonly name: 'full' | 'quick';
  readonly rounds: number;
  /** At full speed, a run. */
  readonly messages: number;
  readonly yardstickRequests: number;
  readonly warmUpMessages: number;
  readonly payloadBytes: number;
  /** Messages published and not arrived yet: core NATS pushes nobody back, so the publisher must not run ahead. */
  readonly window: number;
  readonly paced: { readonly rounds: number; readonly perSecond: number; readonly messages: number };
  readonly limitMs: number;
}

export const FULL: Plan = {
  name: 'full',
  rounds: 5,
  messages: 40_000,
  yardstickRequests: 60_000,
  warmUpMessages: 15_000,
  payloadBytes: 1024,
  window: 2000,
  paced: { rounds: 3, perSecond: 1000, messages: 6000 },
  limitMs: 240_000,
};

export const QUICK: Plan = {
  ...FULL,
  name: 'quick',
  rounds: 3,
  messages: 10_000,
  yardstickRequests: 30_000,
  warmUpMessages: 8000,
  paced: { rounds: 1, perSecond: 1000, messages: 5000 },
  limitMs: 60_000,
};
