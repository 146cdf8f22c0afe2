import type { Fault } from './fault-table.js';

/** A connection that was never established, so no byte of the request was sent. Its `code` is that of the cause. */
export class ConnectError extends Error {
  readonly code: string | undefined;

  constructor(override readonly cause: Error) {
    super('connecting failed', { cause });
    this.name = 'ConnectError';
    this.code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  }
}

/** A failure whose meaning and text are known at the place where it occurs. */
export class DescribedFault extends Error {
  readonly fault: Fault;

  constructor(reason: Fault['reason'], description: string) {
    super(description);
    this.name = 'KnownFault';
    this.fault = { reason, description };
  }
}
