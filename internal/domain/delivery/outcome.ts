export type UnreachableReason =
  | 'timeout'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'closed'
  | 'bad_response'
  | 'bad_request'
  /** No access token for the receiver could be obtained. */
  | 'authorisation';

/**
 * Whether the request did not reach the receiver, so that the failure says nothing about the delivery. A request that
 * timed out may have reached the receiver.
 */
export function isUnconnected(outcome: AttemptOutcome): boolean {
  return outcome.kind === 'unreachable' && ['dns', 'connect', 'tls'].includes(outcome.reason);
}

/** The request of an outcome. */
interface OfRequest {
  /** The headers of the request as lines `name: value`. Absent if they are not kept, or if there was no request. */
  readonly requestHeaders?: Uint8Array;
}

/** The outcome of one HTTP request. It is a value, because sending never throws. */
export type AttemptOutcome = Result & OfRequest;

type Result =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: Uint8Array;
      /** The headers as lines `name: value`. Absent if they are not kept. */
      readonly headers?: Uint8Array;
      /** The value of `Retry-After`, in milliseconds from now. */
      readonly retryAfterMs?: number;
      /** The reason why the body is incomplete. */
      readonly cut?: string;
      /**
       * The flaw in the head of the answer. The body then contains only the bytes that arrived together with the head.
       */
      readonly flaw?: string;
    }
  | { readonly kind: 'unreachable'; readonly reason: UnreachableReason; readonly error: string }
  | { readonly kind: 'forbidden_address'; readonly error: string }
  /** A failure on our side (descriptors, resolver, proxy). It never uses up an attempt of the delivery. */
  | { readonly kind: 'local_fault'; readonly error: string };
