import type { z } from 'zod';

/** An error of a request, with its status as `code`. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly source?: string;
}

/** The form of errors in a protocol. */
export interface ErrorForm {
  readonly schema: z.ZodType;
  /** The statuses that become 400 in this form. */
  readonly badRequests: ReadonlySet<number>;
  bodyOf(errors: readonly [WireError, ...WireError[]]): unknown;
  /** Meanings of statuses, for the document. */
  readonly meanings: Readonly<Record<number, string>>;
}
