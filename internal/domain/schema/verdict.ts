import type { SchemaMode, Violation } from './event-schema.js';

/** The decision about a message that was checked at acceptance. */
export type Verdict =
  | { readonly kind: 'pass' }
  /** The message is accepted, and counted. */
  | { readonly kind: 'warn'; readonly violation: Violation }
  /** The publisher gets a refusal. If it gets no answer, the message is put into quarantine. */
  | { readonly kind: 'reject'; readonly violation: Violation }
  /** The message is kept, and no webhook gets it until it is released. */
  | { readonly kind: 'quarantine'; readonly violation: Violation };

export const NO_VIOLATION: Verdict = { kind: 'pass' };

/** The violation because of which a message reaches no webhook. */
export const heldBackBy = (verdict: Verdict): Violation | undefined =>
  verdict.kind === 'reject' || verdict.kind === 'quarantine' ? verdict.violation : undefined;

const ORDER = ['pass', 'warn', 'quarantine', 'reject'] as const satisfies readonly Verdict['kind'][];

/** Of two verdicts by different events, the one that lets less through. The first one of equal ones. */
export const stricter = (one: Verdict, other: Verdict): Verdict =>
  ORDER.indexOf(other.kind) > ORDER.indexOf(one.kind) ? other : one;

export const verdictOn = (mode: SchemaMode, violation: Violation): Verdict =>
  mode === 'off' ? NO_VIOLATION : { kind: mode, violation };
