import type { Degradation } from '../../domain/streams/degradation.js';
import type { AccountConnection } from './account-connection.js';
import { type AccountPlan, MAX_ACCOUNTS } from './plan-accounts.js';

/** The connection by which the messages of an account arrive, and the one that is about to replace it. */
export interface Slot {
  readonly current: AccountConnection;
  next: AccountConnection | undefined;
}

export interface AccountsState {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly plan: Pick<AccountPlan, 'refused' | 'beyond'>;
  /** The reason why the directory cannot be listed. */
  readonly unlisted: string | undefined;
}

const MAX_NAMED = 20;

/** The accounts whose messages do not arrive, or not as they should: at most one entry per reason and account. */
export function degradedAccounts({ slots, plan, unlisted }: AccountsState): readonly Degradation[] {
  const found: Degradation[] = [];
  if (unlisted !== undefined) {
    const problem = `NATS_ACCOUNTS_DIR cannot be listed (${unlisted}); the connections stay as they are until it can`;
    found.push({ reason: 'account_not_read', problem });
  }
  for (const { name, problem } of plan.refused) {
    const ending = slots.has(name) ? '; the connection with its former content stays open' : '';
    found.push({ account: name, reason: 'account_not_read', problem: problem + ending });
  }
  if (plan.beyond.length > 0) {
    const names = plan.beyond.slice(0, MAX_NAMED).join(', ');
    const problem = `NATS_ACCOUNTS_DIR has ${plan.beyond.length} files more than the ${MAX_ACCOUNTS} that hukz reads: ${names}; run another installation for them`;
    found.push({ reason: 'account_not_read', problem });
  }
  for (const [account, { current, next }] of slots) {
    const reason = 'account_not_connected';
    const problem = current.problem();
    const why = next?.problem();
    if (problem !== undefined) found.push({ account, reason, problem });
    else if (why !== undefined)
      found.push({ account, reason, problem: `${why}; the connection with the former credentials stays open` });
    const events = current.intake.degraded();
    if (problem === undefined && events.length > 0) found.push({ account, ...summed(events) });
  }
  return found;
}

function summed(degraded: readonly Degradation[]): Pick<Degradation, 'reason' | 'problem'> {
  const [first] = degraded;
  const events = new Set(degraded.flatMap(({ event }) => event ?? []));
  const scope = first?.event === undefined ? '' : `${events.size} events of this NATS account; "${first.event}": `;
  return { reason: 'account_degraded', problem: `${scope}${first?.problem}` };
}
