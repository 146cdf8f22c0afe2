/** Limits for one request. */
export interface RequestLimits {
  /**
   * Number of bytes of an answer's body that are read, so that its connection can be used again. A longer body is cut.
   */
  readonly readBytes: number;
  /** Number of bytes of an answer's body that are kept. */
  readonly bodyBytes: number;
  /** The answers whose headers are kept. */
  readonly keepHeaders: KeptHeaders;
}

/** `failures`: of answers with a status other than 2xx. `both`: of all answers, and of requests. */
export type KeptHeaders = 'none' | 'failures' | 'response' | 'both';

/** Number of bytes of an answer's or a request's headers that are kept. */
export const MAX_KEPT_HEADER_BYTES = 4 * 1024;

export function keepsHeadersOf(status: number, kept: KeptHeaders): boolean {
  return kept === 'response' || kept === 'both' || (kept === 'failures' && (status < 200 || status > 299));
}

export const MAX_HEADER_BYTES = 16 * 1024;

/** Formats a duration for a sentence: `15 s`, `300 ms`. */
export function spellDuration(ms: number): string {
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

export function spellBytes(bytes: number): string {
  return bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
}
