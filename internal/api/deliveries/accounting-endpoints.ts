import { z } from 'zod';
import { AppError } from '../../errors.js';
import { closes, loadAccount } from '../../store/deliveries/accounting.js';
import { loadNow } from '../../store/postgres/load-now.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { moment } from '../bodies/instant.js';
import { id } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { Turnstile } from '../http/turnstile.js';
import { findFilteredSpace } from '../names/find-space.js';
import { findFilteredId } from '../names/find-webhook.js';
import { spaceFilter, webhookFilter } from '../names/reference.js';
import { pastRange, type WrittenRange } from '../past-range.js';

const A_DAY_MS = 86_400_000;
/** An account of a month may take seconds, and it occupies a connection of the API for that time. */
const MAX_AT_ONCE = 2;

const query = z.object({
  webhook_id: webhookFilter,
  space: spaceFilter,
  since: moment
    .optional()
    .describe('Start of the range: messages received at this time or later. Default: one day before `until`.'),
  until: moment.optional().describe('End of the range: messages received before this time. Default: now.'),
});

const count = z.int().min(0);
const accountAnswer = z
  .object({
    webhook_id: id.nullable(),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    accepted: count.describe('Deliveries that the messages of the range owe.'),
    delivered: count,
    pending: count,
    held: count,
    dead: count,
    cancelled: count,
    lost: count.describe('Deliveries that were accepted and are missing. Must be 0.'),
    unknown: count.describe('Deliveries that exist and were never accepted. Must be 0.'),
    closes: z.boolean().describe('True if accepted = delivered + pending + held + dead + cancelled, compared by ids.'),
  })
  .meta({ title: 'Account' });

export function makeAccountingEndpoints(deps: Pick<Stores, 'db'> & Pick<Deliveries, 'reach'>): readonly Endpoint[] {
  const refusal = 'other accounts are being computed; try again later';
  const reading = new Turnstile({ max: MAX_AT_ONCE, refusal });
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/accounting',
        operationId: 'getAccounting',
        scope: 'accounting:read',
        summary:
          'Compare the deliveries that messages owe with those that exist. Each delivery is counted once, by its id',
        query,
        answers: { 200: { description: 'The account.', schema: accountAnswer } },
        refuses: ['conflict', 'not_found'],
      },
      async ({ principal, query: { webhook_id: webhook, space, ...period } }) => {
        const spaceId = await findFilteredSpace(deps.db, principal, { space, source: 'space' });
        const webhookId = await findFilteredId(deps.db, principal, { webhook, space: spaceId });
        const spaces = spaceId === undefined ? principal.spaces : [spaceId];
        const now = await loadNow(deps.db);
        const range = rangeOf(period, now, deps.reach.accountMs);
        const account = await reading.through(() => loadAccount(deps.db, { webhookId, spaces, ...range }));
        const json: z.input<typeof accountAnswer> = {
          webhook_id: webhookId ?? null,
          since: range.since.toISOString(),
          until: range.until.toISOString(),
          ...account,
          closes: closes(account),
        };
        return { status: 200, json };
      },
    ),
  ];
}

/** Beyond the reach, one side of the account is no longer kept. */
function rangeOf(written: WrittenRange, now: Date, reachMs: number) {
  const { until, since = new Date(until.getTime() - A_DAY_MS) } = pastRange(written, now);
  const earliest = new Date(now.getTime() - reachMs);
  if (since < earliest) {
    throw new AppError('conflict', `accounts reach back to ${earliest.toISOString()}: choose a later time`, 'since');
  }
  return { since, until };
}
