import { z } from 'zod';
import { type OverLimit, overLimitText, secondsUntil } from '../../domain/limits/message-limits.js';
import type { PublishOutcome } from '../../domain/message/publication.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';
import type { SeveralRefusals } from '../bodies/several-refusals.js';
import { violationRefusal } from '../schemas/violation-refusal.js';

export const publishAnswer = z
  .object({
    message_id: z
      .string()
      .nullable()
      .describe(
        'Null if no webhook gets the message and messages without one are not kept, and with HTTP_PUBLISH=nats.',
      ),
    webhooks: z.int().nullable().describe('Number of webhooks that get the message; null if it is not known here.'),
    duplicate: z.boolean().describe('Whether the message was accepted before, under its id.'),
    quarantined: z
      .literal(true)
      .optional()
      .describe('Present if the message breaks a schema of its event: it waits in quarantine, and no webhook gets it.'),
    stream: z.string().optional().describe('The stream that has stored the message (HTTP_PUBLISH=nats).'),
    sequence: z.int().optional().describe('The position of the message in the stream.'),
  })
  .meta({ title: 'PublishedMessage' });

export type Published = z.output<typeof publishAnswer>;

/** The answer to a message, or the refusal. */
export function answerTo(outcome: PublishOutcome, subject: string): Published | AppError | SeveralRefusals {
  switch (outcome.outcome) {
    case 'stored':
      return { message_id: outcome.messageId, webhooks: outcome.webhooks, duplicate: false };
    case 'known':
      return { message_id: outcome.messageId, webhooks: outcome.webhooks ?? null, duplicate: true };
    case 'unwanted':
      return { message_id: null, webhooks: 0, duplicate: false };
    case 'sent':
      return { message_id: null, webhooks: null, duplicate: outcome.isDuplicate, ...outcome.position };
    case 'conflicting':
      return refusal(
        'unprocessable',
        'another message of this subject was accepted with this id; send it with a new id',
        'Idempotency-Key',
      );
    case 'unregistered':
      return refusal(
        'not_found',
        `no registered event covers the subject "${echo(subject)}"; register one with POST /events`,
        'event',
      );
    case 'reserved':
      return refusal(
        'unprocessable',
        `the subject "${echo(subject)}" belongs to NATS, to replies or to hukz itself`,
        'event',
      );
    case 'refused':
      return refusal('unprocessable', `the message could not be stored: ${echo(outcome.problem)}`);
    case 'invalid':
      return violationRefusal(outcome.violation);
    case 'quarantined':
      return { message_id: outcome.messageId, webhooks: 0, duplicate: false, quarantined: true };
    case 'failed':
      return refusal('unavailable', 'the message could not be stored; try again later');
    case 'overloaded':
      return refusal('too_many', 'hukz has no room for more messages at the moment; try again in a second');
    case 'limited':
      return limitRefusal(outcome.over);
    case 'stopping':
      return refusal(
        'unavailable',
        'this instance of hukz is shutting down; nothing was stored, send the message again',
      );
    case 'away':
      return refusal('unavailable', `${outcome.server} is away or too busy; nothing was stored, try again later`);
    case 'unconfirmed':
      return refusal(
        'unavailable',
        `${outcome.server} has not confirmed the message in time, and it may be stored later; send it again with the same Idempotency-Key`,
      );
    default:
      return outcome satisfies never;
  }
}

function limitRefusal(over: OverLimit): AppError {
  const text = overLimitText(over);
  if (over.waitMs === undefined) return new AppError('too_large', text);
  return new AppError('too_many', text, undefined, secondsUntil(over.waitMs));
}

function refusal(code: AppError['code'], message: string, source?: string): AppError {
  return new AppError(code, message, source);
}
