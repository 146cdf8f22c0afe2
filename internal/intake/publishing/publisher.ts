import type { Publication, PublishOutcome } from '../../domain/message/publication.js';

/** The two steps in which a message that was published over HTTP is handed on. */
export interface Publisher {
  /** The reason why no message can be accepted now. It is asked once for all messages of a request. */
  trouble(): Promise<PublishOutcome | undefined>;
  /**
   * Hands a message on. Messages of one turn of the event loop keep their order, and the journal commits them together.
   */
  publish(publication: Publication): Promise<PublishOutcome>;
}

/** Maximum time until a server has confirmed a message. */
export const CONFIRMED_WITHIN_MS = 10_000;

/** Resolves with the result, or with undefined if it takes too long. */
export function withinPatience<T>(result: Promise<T>, ms = CONFIRMED_WITHIN_MS): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, undefined);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      end();
    };
    result.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
