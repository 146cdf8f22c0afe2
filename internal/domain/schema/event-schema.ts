/** The outcomes for a message that breaks its schema. `off`: the schema is stored, and no message is checked by it. */
export const SCHEMA_MODES = ['off', 'warn', 'reject', 'quarantine'] as const;

export type SchemaMode = (typeof SCHEMA_MODES)[number];

/** A version of the schema of an event, as the catalog knows it. Its text never changes. */
export interface CatalogSchema {
  readonly id: number;
  readonly version: string;
  readonly mode: SchemaMode;
}

/** A schema with its text, which is JSON. */
export interface SchemaText {
  readonly id: number;
  readonly text: string;
}

/** A place in a payload or in a schema that breaks a rule. */
export interface SchemaProblem {
  /** A JSON pointer. The empty text is the whole. */
  readonly at: string;
  readonly problem: string;
}

/** A message that an event does not accept, or a check that could not be made. */
export interface Violation {
  /** The registered subject. */
  readonly event: string;
  readonly version: string;
  /** At most `MAX_PROBLEMS`, and at least one. */
  readonly problems: readonly SchemaProblem[];
}

/** More problems of one payload do not help its publisher. */
export const MAX_PROBLEMS = 20;
