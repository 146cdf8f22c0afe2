// The emitters of a service and those of `hukz/embedded` have these types in common.

/** The destination of an emitter, and how its requests are made. Times are in milliseconds. */
export interface EmitterConfig {
  /** An http or https URL. */
  readonly url: string;
  /** 8 to 256 printable ASCII characters. Requests of an emitter without a secret are not signed. */
  readonly secret?: string;
  /** The middle of the header names `X-<identifier>-Event`, `-Delivery` and `-Signature`. The default is `Webhooks`. */
  readonly headerIdentifier?: string;
  /** Number of requests for an event, the first one included, before the event is given up. The default is 3. */
  readonly maxRetries?: number;
  /** Time limit of a request, from the look-up of the host name to the end of the response. The default is 5,000. */
  readonly requestTimeout?: number;
  /** Headers of every request, such as `{ authorization: 'Bearer …' }`. */
  readonly additionalHeaders?: Readonly<Record<string, string>>;
  /** Whether the certificate of the receiver is not checked. The default is false. */
  readonly allowInsecure?: boolean;
  readonly backoff?: EmitterBackoff;
}

/** The waits between the requests for an event. Each wait doubles the one before, and is spread evenly by ±50 %. */
export interface EmitterBackoff {
  /** The first wait. The default is 1,000. */
  readonly start?: number;
  /** Upper bound of all waits. The default is 60,000. */
  readonly limit?: number;
}

/** `already_exists`: the emitter runs. `already_present`: the emitter is paused. */
export type Attached = 'ok' | 'already_exists' | 'already_present';

/** `running`: the emitter is not paused. `not_found`: no emitter has this id. */
export type Restarted = 'ok' | 'running' | 'not_found';

export interface Emitted {
  /** The given request id, or a generated one. */
  readonly requestId: string;
  /**
   * Number of emitters that send the event. On a service, all of its webhooks that get the event count. Null if a
   * stream of NATS has the event first, so that the number is not known yet.
   */
  readonly webhooks: number | null;
}

/** An event that an emitter did not deliver. */
export interface Undelivered {
  /** The id of the emitter. */
  readonly emitter: string;
  readonly event: string;
  readonly requestId: string;
  /** The body of the request. */
  readonly payload: Uint8Array;
  /** Number of requests so far. If it is above 0, the receiver may have the event although no response arrived. */
  readonly attempts: number;
}

export interface StopReport {
  /** The events that are lost with the process. A service keeps all events and loses none. */
  readonly undelivered: readonly Undelivered[];
}

/**
 * Emitters of events, with the functions of WebhooksEmitter. An emitter POSTs each event that it is attached to, one
 * after the other in the order of `emit`, and repeats a request until its receiver answers with a status from 200 to
 * 299 or until `maxRetries` requests have failed. Every function rejects with an `Error` whose `code` is `invalid` if
 * an argument is not valid, and `stopped` after `stop`.
 */
export interface Emitter {
  /** Attaches a new emitter to an event, which may contain the wildcards of NATS subjects. */
  attach(id: string, event: string, config: EmitterConfig): Promise<Attached>;
  /** Attaches a new emitter to several events. */
  attachMany(id: string, events: readonly string[], config: EmitterConfig): Promise<Attached>;
  /** Removes an emitter with the events that wait in it. An id that no emitter has is no error. */
  detach(id: string): Promise<'ok'>;
  /**
   * Hands an event to every emitter that is attached to it, and does not wait for their requests. A payload is sent as
   * JSON; a `Uint8Array` is sent unchanged. Rejects with the code `full` if the event cannot be kept for all of them.
   */
  emit(event: string, payload: unknown, requestId?: string): Promise<Emitted>;
  /** Stops the requests of an emitter. Its events wait. An id that no emitter has is no error. */
  pause(id: string): Promise<'ok'>;
  /** Continues a paused emitter with the events that wait. */
  restart(id: string): Promise<Restarted>;
  /** Returns the ids of the emitters that are not paused. */
  list(): Promise<readonly string[]>;
  /** Whether an emitter has this id and is not paused. */
  isStarted(id: string): Promise<boolean>;
  /** Delivers as much as it can within the time, 10,000 ms unless another one is given, and ends. */
  stop(timeoutMs?: number): Promise<StopReport>;
}
