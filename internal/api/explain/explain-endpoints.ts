import { z } from 'zod';
import type { MessageView } from '../../domain/matching/message-view.js';
import type { Violation } from '../../domain/schema/event-schema.js';
import { heldBackBy } from '../../domain/schema/verdict.js';
import { AppError } from '../../errors.js';
import type { Principal, Spaces } from '../../identity/principal.js';
import type { HttpPublishing } from '../api-deps.js';
import type { BodyRoom } from '../bodies/body-room.js';
import { requireJsonType } from '../bodies/json-body.js';
import { readBody } from '../bodies/read-body.js';
import { type Endpoint, rawEndpoint } from '../http/endpoint.js';
import { Turnstile } from '../http/turnstile.js';
import { bodyBytesOf } from '../messages/message-form.js';
import { tooLarge } from '../messages/message-parts.js';
import { findFilteredSpace } from '../names/find-space.js';
import { findWebhookId } from '../names/find-webhook.js';
import { explainedWebhook } from './explain-answer.js';
import { type ExplainBody, explainBody, makeReadExplainBody } from './explain-body.js';
import { headJson, headShape } from './explain-head.js';
import { type ExplainDeps, type ExplainedPage, explainOne, explainPage } from './explain-page.js';

/** Explanations of a page look at up to 10,000 webhooks, in ticks of the event loop. */
const MAX_EXPLAINED_AT_ONCE = 2;

const answer = z.object({ ...headShape, webhooks: z.array(explainedWebhook) }).meta({ title: 'ExplainedMessage' });

type Deps = ExplainDeps & Pick<HttpPublishing, 'publishing'> & { readonly room: BodyRoom };

export function makeExplainTurnstile(): Turnstile {
  return new Turnstile({ max: MAX_EXPLAINED_AT_ONCE, refusal: 'other messages are being explained; try again later' });
}

/** Explains a message that need not exist: which webhooks it would fire now, and why. */
export function makeExplainEndpoint(deps: Deps, turnstile: Turnstile): Endpoint {
  const { maxBytes } = deps.publishing;
  const readExplainBody = makeReadExplainBody(maxBytes);
  const { message: tooLargeSentence } = tooLarge(maxBytes);

  const explain = async (principal: Principal, body: Uint8Array) => {
    const { asked, message, payload } = readExplainBody(body);
    await deps.loadCatalog();
    const { subject, headers } = message;
    const verdict = await deps.judgeBySchemas({ subject, headers, payload });
    const heldBack = heldBackBy(verdict);
    const page = await turnstile.through(() => pageOf(deps, principal, { asked, message, heldBack }));
    const next = page.next === undefined ? {} : { next_cursor: String(page.next) };
    return { status: 200, json: { ...headJson(deps, message, verdict), ...next, webhooks: page.nodes } };
  };

  return rawEndpoint(
    {
      method: 'post',
      path: '/explain',
      operationId: 'explainMessage',
      audit: 'none',
      scope: 'webhooks:read',
      summary: 'Explain for each webhook whether it gets a message now, and why. Nothing is stored or sent',
      forms: { 'application/json': { schema: explainBody(maxBytes) } },
      answers: { 200: { description: 'The decisions, by the id of the webhook.', schema: answer } },
      refuses: [
        ...(['bad_request', 'not_found', 'conflict', 'too_large'] as const),
        ...(['unsupported_media_type', 'unprocessable', 'too_many', 'unavailable'] as const),
      ],
      beyondSchema: ['`cursor` is not a number'],
      meanings: {
        400: 'The request ended before its body was complete.',
        409: 'Webhooks of several spaces have the key; `space` names one.',
        413: `A message has a payload of at most ${maxBytes} bytes (MESSAGE_MAX_BYTES).`,
      },
    },
    async (request) => {
      requireJsonType(request.incoming);
      const principal = request.principal();
      return deps.room.during(principal.subject, async (place) => {
        const limit = { maxBytes: bodyBytesOf('json', maxBytes), place, tooLarge: tooLargeSentence };
        return explain(principal, await readBody(request.incoming, limit));
      });
    },
  );
}

interface Asked {
  readonly asked: ExplainBody;
  readonly message: MessageView;
  readonly heldBack: Violation | undefined;
}

async function pageOf(deps: Deps, principal: Principal, { asked, message, heldBack }: Asked): Promise<ExplainedPage> {
  const { webhook, space, fires, limit, cursor } = asked;
  if (webhook === undefined) {
    const named = await findFilteredSpace(deps.db, principal, { space, source: 'space' });
    const spaces: Spaces = named === undefined ? principal.spaces : [named];
    return explainPage(deps, message, { spaces, fires, limit, after: Number(cursor ?? 0), heldBackBy: heldBack });
  }
  const id = await findWebhookId(deps.db, principal, { webhook, space });
  await deps.loadCatalog();
  const node = explainOne(deps.catalog, id, message, heldBack);
  if (!node) throw new AppError('not_found', 'Record not found', 'webhook');
  return { nodes: [node], next: undefined };
}
