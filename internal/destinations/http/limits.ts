/** What one request may take at most. */
export interface RequestLimits {
  /** Of an answer's body this much is read, so that its connection can be used again; then it is cut. */
  readonly readBytes: number;
  /** Of an answer's body this much is kept. */
  readonly keepBytes: number;
}

export const MAX_HEADER_BYTES = 16 * 1024;

/** `15 s`, `300 ms`: as people write it in a sentence. */
export function spellDuration(ms: number): string {
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

export function spellBytes(bytes: number): string {
  return bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
}
