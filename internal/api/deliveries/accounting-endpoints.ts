import { z } from 'zod';
import { AppError } from '../../errors.js';
import { closes, loadAccount } from '../../store/deliveries/accounting.js';
import { loadNow } from '../../store/postgres/load-now.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { moment } from '../bodies/instant.js';
import { id, written } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { Turnstile } from '../http/turnstile.js';
import { pastRange, type WrittenRange } from '../past-range.js';

const A_DAY_MS = 86_400_000;
/** An account of a month may take seconds, and it occupies a connection of the API for that time. */
const MAX_AT_ONCE = 2;

const query = z.object({
  webhook_id: written(id).optional().describe('of all webhooks without it'),
  since: moment.optional().describe('of the messages that were received then or later; a day ago without it'),
  until: moment.optional().describe('and before then; now without it'),
});

const count = z.int().min(0);
const accountAnswer = z
  .object({
    webhook_id: id.nullable(),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    accepted: count.describe('deliveries that the messages say that they owe'),
    delivered: count,
    pending: count,
    held: count,
    dead: count,
    cancelled: count,
    lost: count.describe('accepted and found nowhere: must be 0'),
    unknown: count.describe('found and never accepted: must be 0'),
    closes: z.boolean().describe('whether accepted = delivered + pending + held + dead + cancelled, by ids'),
  })
  .meta({ title: 'Account' });

export function makeAccountingEndpoints(deps: Pick<Stores, 'db'> & Pick<Deliveries, 'reach'>): readonly Endpoint[] {
  const refusal = 'other accounts are being read; try again later';
  const reading = new Turnstile({ most: MAX_AT_ONCE, refusal });
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/accounting',
        scope: 'accounting:read',
        summary:
          'What became of the messages of a time, each delivery counted once by its id, and whether the sum closes',
        query,
        answers: { 200: { description: 'the account', schema: accountAnswer } },
        refuses: ['conflict'],
      },
      async ({ query: { webhook_id: webhookId, ...given } }) => {
        const now = await loadNow(deps.db);
        const range = rangeOf(given, now, deps.reach.accountMs);
        const account = await reading.through(() => loadAccount(deps.db, { webhookId, ...range }));
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
    throw new AppError('conflict', `the account is kept since ${earliest.toISOString()}, not longer`, 'since');
  }
  return { since, until };
}
