/** The values of a field before and after a change. An absent side means that there was, or is, no such thing. */
export interface FieldChange {
  readonly before?: unknown;
  readonly after?: unknown;
}

/** The effect of a change, by the names of fields. It contains no secret. */
export type FieldChanges = Readonly<Record<string, FieldChange>>;

/** The caller and the request of a change. */
export interface AuditSource {
  /** The subject of the principal. */
  readonly principal: string;
  /** Whether the principal reaches all spaces. Its address is not shown to callers of some spaces. */
  readonly ofAllSpaces: boolean;
  readonly requestId: string | undefined;
  readonly address: string | undefined;
  readonly action: string;
}

/** One thing that was changed or read. */
export interface AuditedObject {
  /** Its kind and its id, such as `webhook:17`. */
  readonly object: string;
  /** Undefined if it belongs to no space, or to several. */
  readonly spaceId: number | undefined;
  readonly changes: FieldChanges;
}

export interface AuditRow extends AuditSource, AuditedObject {
  readonly id: string;
  readonly at: Date;
}
