/** Where messages come from. */
export type Mode = 'core' | 'jetstream';
export const MODES: readonly Mode[] = ['core', 'jetstream'];
