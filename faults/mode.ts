/** The source of messages. */
export type Mode = 'core' | 'jetstream';
export const MODES: readonly Mode[] = ['core', 'jetstream'];
