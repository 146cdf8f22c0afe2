export type BuriedBecause = 'exhausted' | 'gone' | 'forbidden_address';

/** What we do next. */
export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'retry'; readonly delayMs: number; readonly counts: boolean }
  | { readonly state: 'dead'; readonly because: BuriedBecause };
