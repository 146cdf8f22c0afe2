import type { Account } from '../../packages/client/src/hukz.js';
import { CommandFailed } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import { readReference } from '../session/read-ids.js';
import type { Verb } from '../session/session.js';

interface AccountingOptions {
  readonly webhook?: string;
  /** Milliseconds before now. */
  readonly since?: number;
  readonly until?: number;
}

const isWrong = (count: number) => (count > 0 ? 'red' : undefined);

const COLUMNS: Columns<Account> = [
  { name: 'closes', colour: ({ closes }) => (closes ? 'green' : 'red') },
  { name: 'webhook_id' },
  { name: 'since' },
  { name: 'until' },
  { name: 'accepted' },
  { name: 'delivered' },
  { name: 'pending' },
  { name: 'held' },
  { name: 'dead' },
  { name: 'cancelled' },
  { name: 'lost', colour: ({ lost }) => isWrong(lost) },
  { name: 'unknown', colour: ({ unknown }) => isWrong(unknown) },
];

/** Prints the account of deliveries. @throws {CommandFailed} if it does not close */
export const accounting: Verb<AccountingOptions> = async ({ hukz, out }, { options }) => {
  const { webhook, since, until } = options;
  const call = hukz.accounting({
    ...(webhook !== undefined && { webhook_id: readReference(webhook, 'a webhook') }),
    ...(since !== undefined && { since: instant(since) }),
    ...(until !== undefined && { until: instant(until) }),
  });
  await out.one(call, COLUMNS);
  if ((await call).closes) return;
  throw new CommandFailed('The account does not close: deliveries are missing, or were never accepted.', {
    advice: 'docs/operations.md says what to do: "The account does not close".',
  });
};

const instant = (agoMs: number) => new Date(Date.now() - agoMs).toISOString();
