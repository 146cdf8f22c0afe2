/** Limits for one request. */
export interface RequestLimits {
  /**
   * Number of bytes of an answer's body that are read, so that its connection can be used again. A longer body is cut.
   */
  readonly readBytes: number;
  /** Number of bytes of an answer's body that are kept. */
  readonly bodyBytes: number;
}

export const MAX_HEADER_BYTES = 16 * 1024;

/** Formats a duration for a sentence: `15 s`, `300 ms`. */
export function spellDuration(ms: number): string {
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

export function spellBytes(bytes: number): string {
  return bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
}
