import type { Intake } from '../intake.js';
import type { Accounts } from './accounts.js';
import { added } from './added-stats.js';

/** The intake of the connection that belongs to no space, together with the intakes of accounts. */
export function withAccounts(own: Intake, accounts: Accounts): Intake {
  const intakes = () => accounts.connections().map(({ intake }) => intake);

  /** The stream is unread only if no account may read it. */
  const acknowledgedUpTo = async (stream: string, known: number) => {
    let found: number | 'unread' | undefined = 'unread';
    for (const intake of [own, ...intakes()]) {
      const answer = await intake.acknowledgedUpTo(stream, known);
      if (typeof answer === 'number') return answer;
      if (answer === undefined) found = undefined;
    }
    return found;
  };

  return {
    ...own,
    async start() {
      await own.start();
      await accounts.start();
    },
    async reconcile() {
      await Promise.all([own.reconcile(), accounts.reconcile()]);
    },
    acknowledgedUpTo,
    /** Each intake leaves out the messages of other streams. */
    async eraseCopies(messageIds) {
      const problems = await Promise.all([own, ...intakes()].map((intake) => intake.eraseCopies(messageIds)));
      return problems.find((problem) => problem !== undefined);
    },
    stats: () => accounts.stats().reduce(added, own.stats()),
    async drain() {
      await Promise.all([own.drain(), accounts.drain()]);
    },
    async stop() {
      await Promise.all([own.stop(), accounts.stop()]);
    },
  };
}
