import { z } from 'zod';
import type { Receipt } from '../../domain/message/receipt.js';
import type { QuarantinedMessage } from '../../store/messages/quarantined.js';
import { headersJson } from '../deliveries/header-json.js';
import { problems } from '../schemas/schema-answer.js';

export const quarantinedAnswer = z
  .object({
    id: z.uuid(),
    received_at: z.iso.datetime(),
    quarantined_at: z.iso.datetime(),
    event: z.string().describe('The subject.'),
    headers: z.record(z.string(), z.array(z.string())),
    bytes: z.int().min(0).describe('Size of the payload.'),
    because: z
      .enum(['schema', 'not_stored'])
      .describe(
        '`schema`: it breaks a schema, or could not be checked. `not_stored`: PostgreSQL cannot store it, or it ' +
          'exceeds a limit of its space permanently.',
      ),
    error: z.string().describe('The first problem.'),
    schema: z
      .object({ event: z.string().describe('The registered subject.'), version: z.string(), problems })
      .optional()
      .describe('The schema that the message breaks.'),
  })
  .meta({ title: 'QuarantinedMessage' });

export const quarantinedJson = (message: QuarantinedMessage): z.input<typeof quarantinedAnswer> => ({
  id: message.id,
  received_at: message.receivedAt.toISOString(),
  quarantined_at: message.quarantinedAt.toISOString(),
  event: message.subject,
  headers: headersJson(message.headers),
  bytes: message.bytes,
  because: message.schema ? 'schema' : 'not_stored',
  error: message.error,
  ...(message.schema && {
    schema: { ...message.schema, problems: message.schema.problems.map(({ at, problem }) => ({ at, problem })) },
  }),
});

export const releasedAnswer = z
  .object({
    message_id: z.uuid().nullable().describe('Null if no webhook gets the message, and it is not kept without one.'),
    webhooks: z.int().min(0),
    duplicate: z.boolean().describe('Whether the message, or another one with its id, was accepted before.'),
  })
  .meta({ title: 'ReleasedMessage' });

/** The answer to a release that has accepted the message, or undefined if the message stays in quarantine. */
export function releasedJson(receipt: Receipt): z.input<typeof releasedAnswer> | undefined {
  switch (receipt.outcome) {
    case 'stored':
      return { message_id: receipt.messageId, webhooks: receipt.webhooks, duplicate: false };
    case 'duplicate':
      return { message_id: null, webhooks: 0, duplicate: true };
    case 'unwanted':
      return { message_id: null, webhooks: 0, duplicate: false };
    default:
      return undefined;
  }
}
