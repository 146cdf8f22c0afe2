import { z } from 'zod';
import { STATUS_OF } from '../http/error-table.js';
import type { WireError } from '../protocols/error-form.js';
import type { Protocol } from '../protocols/protocol.js';

/** Names those who declare objects by this API, in `managed_by`. */
export const MANAGER = 'webhooks-rs';

/** Clients compare these texts. */
export const UNKNOWN_ENTITY = 'Entity not found';
export const UNKNOWN_ENDPOINT = 'Endpoint not found';
const INVALID = 'Validation errors';

const errorAnswer = z
  .object({
    error: z.string().describe('The mistake. `Validation errors` if `messages` name the mistakes.'),
    messages: z.array(z.string()).describe('A sentence per mistake in the body, or advice.'),
  })
  .meta({ title: 'WebhooksRsError' });

const meanings = {
  400: 'The body or an id in the path is malformed, or the URL or a topic is not allowed here.',
  401: 'The request has no valid `X-User`, and COMPAT_USER names no user.',
  404: 'There is no such application, or the application has no such endpoint.',
} as const;

const ADVICE = 'send X-User, or let the operator name the user of such requests in COMPAT_USER';

function bodyOf(errors: readonly [WireError, ...WireError[]]): z.input<typeof errorAnswer> {
  const [{ code, message }, ...others] = errors;
  const sentences = errors.map((each) => each.message);
  if (code === STATUS_OF.unprocessable) return { error: INVALID, messages: sentences };
  if (code === STATUS_OF.unauthorized) return { error: message, messages: [ADVICE] };
  return { error: message, messages: others.map((each) => each.message) };
}

/** The conventions of webhooks-rs: its paths, and its errors. */
export const webhooksRsProtocol = (userId: number | undefined): Protocol => ({
  root: '/application',
  prefix: '/v1',
  userId,
  errors: {
    schema: errorAnswer,
    badRequests: new Set([STATUS_OF.unprocessable, STATUS_OF.unsupported_media_type]),
    bodyOf,
    meanings,
  },
});
