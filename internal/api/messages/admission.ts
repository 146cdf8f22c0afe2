import { AppError } from '../../errors.js';
import type { HttpPublishing } from '../api-deps.js';
import type { BodyPlace, BodyRoom } from '../bodies/body-room.js';
import { SeveralRefusals } from '../bodies/several-refusals.js';
import type { RawRequest } from '../http/endpoint.js';
import { STATUS_OF } from '../http/error-table.js';
import { type RequestHead, readHead } from './request-head.js';

/** Publishing, and the memory for bodies that all endpoints of messages share. */
export interface MessageBodies extends HttpPublishing {
  readonly room: BodyRoom;
}

/** A request whose body has not been read yet, and the memory for that. */
export interface Arrival {
  readonly request: RawRequest;
  readonly head: RequestHead;
  readonly place: BodyPlace;
}

/**
 * Does the work of a request that publishes. A request that is refused as a whole is counted here. Answers to single
 * messages are counted where they are made. @throws {AppError} `forbidden` where publishing over HTTP is off
 */
export async function admit<T>(
  { publishing, room }: Pick<MessageBodies, 'publishing' | 'room'>,
  request: RawRequest,
  work: (arrival: Arrival) => Promise<T>,
): Promise<T> {
  try {
    if (!publishing.isOn)
      throw new AppError('forbidden', 'publishing over HTTP is off here (HTTP_PUBLISH=off); publish to NATS');
    const head = readHead(request.incoming);
    return await room.during(request.principal().subject, (place) => work({ request, head, place }));
  } catch (error) {
    const refusal = error instanceof SeveralRefusals ? error.refusals[0] : error;
    if (refusal instanceof AppError) publishing.onAnswer(STATUS_OF[refusal.code]);
    throw error;
  }
}
