import type { Condition } from './condition.js';

/** The filter of a webhook: it gets only messages that fulfil the condition. */
export interface Filter {
  /** The JSON of the filter in the spelling of hukz, as it is stored and answered. */
  readonly text: string;
  readonly condition: Condition;
}

/** The filter of a webhook whose stored filter cannot be read. No message fulfils it. */
export const FIRES_NOTHING: Filter = Object.freeze({ text: 'null', condition: { kind: 'any', of: [] } } as const);
