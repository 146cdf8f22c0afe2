export type UnreachableReason =
  | 'timeout'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'closed'
  | 'bad_response'
  | 'bad_request'
  /** Nobody gave us the token that the receiver wants. */
  | 'authorisation';

/** Whether the request did not reach the receiver, so that its failure says nothing of the delivery. A timeout may have reached it. */
export function isUnconnected(outcome: AttemptOutcome): boolean {
  return outcome.kind === 'unreachable' && ['dns', 'connect', 'tls'].includes(outcome.reason);
}

/** What one HTTP request came to. A value: sending never throws. */
export type AttemptOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: Uint8Array;
      /** From `Retry-After`, milliseconds from now. */
      readonly retryAfterMs?: number;
      /** Why the body is not whole, in words. */
      readonly cut?: string;
      /** What is wrong with the head of the answer, in words. The body is then what came together with the head. */
      readonly flaw?: string;
    }
  | { readonly kind: 'unreachable'; readonly reason: UnreachableReason; readonly error: string }
  | { readonly kind: 'forbidden_address'; readonly error: string }
  /** Our own failure (descriptors, resolver, proxy): never costs the receiver an attempt. */
  | { readonly kind: 'local_fault'; readonly error: string };
