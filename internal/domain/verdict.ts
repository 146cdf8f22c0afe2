/** Why a delivery was given up; `message_lost` is the store's word for one whose message is not there any more. */
export const BURIED_BECAUSE = ['exhausted', 'expired', 'final_status', 'gone', 'forbidden_address'] as const;
export type BuriedBecause = (typeof BURIED_BECAUSE)[number];

/** What we do next. */
export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'retry'; readonly delayMs: number; readonly counts: boolean }
  | { readonly state: 'dead'; readonly because: BuriedBecause };
