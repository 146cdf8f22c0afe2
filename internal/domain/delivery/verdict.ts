/** Reasons for giving up a delivery. The store has two more (`message_lost`, `released`). */
export const BURIED_BECAUSE = [
  'exhausted',
  'expired',
  'final_status',
  'gone',
  'forbidden_address',
  'no_retry',
] as const;
export type BuriedBecause = (typeof BURIED_BECAUSE)[number];

/** The next step for a delivery after an attempt. */
export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'retry'; readonly delayMs: number; readonly counts: boolean }
  | { readonly state: 'dead'; readonly because: BuriedBecause };
