/** A connection that never came to be, so that nothing of the request has left. Its `code` is that of the cause. */
export class ConnectError extends Error {
  readonly code: string | undefined;

  constructor(override readonly cause: Error) {
    super('connecting failed', { cause });
    this.name = 'ConnectError';
    this.code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  }
}

/** Time ran out while connecting; in the name lookup it is our resolver that is at fault. */
export class ConnectTimeoutError extends Error {
  readonly code: 'HUKZ_CONNECT_TIMEOUT' | 'HUKZ_LOOKUP_TIMEOUT';

  constructor(phase: 'lookup' | 'connect') {
    super(`${phase} timed out`);
    this.name = 'ConnectTimeoutError';
    this.code = phase === 'lookup' ? 'HUKZ_LOOKUP_TIMEOUT' : 'HUKZ_CONNECT_TIMEOUT';
  }
}
