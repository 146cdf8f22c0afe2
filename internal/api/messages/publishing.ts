import type { Publication, PublishOutcome } from '../../domain/message/publication.js';

/** The parts of the service by which messages are published over HTTP. */
export interface Publishing {
  /** False if the operator has turned it off (`HTTP_PUBLISH=off`). */
  readonly isOn: boolean;
  /** The names of the troubles in `/health/ready` that prevent publishing. */
  readonly dependencies: ReadonlySet<string>;
  /** `MESSAGE_MAX_BYTES`: the largest payload. */
  readonly maxBytes: number;
  /** The memory for bodies of all requests together, until their answers. */
  readonly maxBodyBytes: number;
  /** The reason why no message can be accepted now. */
  trouble(): Promise<PublishOutcome | undefined>;
  /** Hands a message on. Messages that are published in one turn of the event loop keep their order. */
  publish(publication: Publication): Promise<PublishOutcome>;
  /** Counts the answer to one message. */
  onAnswer(status: number): void;
}
