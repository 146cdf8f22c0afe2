/** Why a delivery was given up; the store has two words more (`message_lost`, `released`). */
export const BURIED_BECAUSE = ['exhausted', 'expired', 'final_status', 'gone', 'forbidden_address'] as const;
export type BuriedBecause = (typeof BURIED_BECAUSE)[number];

/** What we do next. */
export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'retry'; readonly delayMs: number; readonly counts: boolean }
  | { readonly state: 'dead'; readonly because: BuriedBecause };
