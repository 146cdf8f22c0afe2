import { z } from 'zod';
import { AppError } from '../../errors.js';
import { cancelMessage } from '../../store/deliveries/cancel-message.js';
import type { Stores } from '../api-deps.js';
import { uuidPath } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';

const cancelledAnswer = z
  .object({ cancelled: z.int().min(1).describe('Number of deliveries of the message that are not sent.') })
  .meta({ title: 'CancelledMessage' });

const NOTHING_WAITS =
  'no delivery of the message waits for its time: each was sent, is being sent, has failed, or was cancelled';

const CANCELS_NONE = 'this caller publishes to some events only, and cancels no message';

export function makeCancelEndpoint({ pool }: Pick<Stores, 'pool'>): Endpoint {
  return scopedEndpoint(
    {
      method: 'delete',
      path: '/messages/{id}',
      scope: 'messages:publish',
      operationId: 'cancelMessage',
      audit: 'message.cancel',
      summary: 'Cancel a delayed message (Hukz-Deliver-At, Hukz-Delay): its deliveries that are not due yet',
      params: uuidPath,
      answers: {
        200: {
          description: 'The message was cancelled. Each delivery has a log that says so.',
          schema: cancelledAnswer,
        },
      },
      refuses: ['not_found', 'conflict'],
    },
    async ({ principal, audit, params }) => {
      if (principal.publishTo) throw new AppError('forbidden', CANCELS_NONE);
      const cancelled = await cancelMessage({ pool, audit: audit() }, params.id, principal.spaces);
      if (cancelled === undefined) throw new AppError('not_found', 'Record not found');
      if (cancelled === 0) throw new AppError('conflict', NOTHING_WAITS);
      return { status: 200, json: { cancelled } };
    },
  );
}
