import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Acceptor } from '../acceptor.js';
import type { SpaceDoor } from './space-door.js';

/**
 * Accepts the messages of one account in its space. `idle` waits for the messages of this account alone: on a busy
 * service, the acceptor of all messages is never idle.
 */
export function makeAccountAcceptor(
  accept: Acceptor['accept'],
  door: SpaceDoor,
  onClaim: (subject: string) => void,
): Pick<Acceptor, 'accept' | 'idle'> {
  let waiting = 0;
  let idleWaiters: (() => void)[] = [];
  const settled = () => {
    if (--waiting > 0) return;
    for (const resolve of idleWaiters) resolve();
    idleWaiters = [];
  };
  return {
    accept(incoming) {
      const { headers, claimsOther } = door(incoming.headers);
      if (claimsOther) onClaim(incoming.subject);
      waiting++;
      const receipt = accept({ ...incoming, headers });
      void receipt.then(settled);
      return receipt;
    },
    async idle() {
      if (waiting > 0) await new Promise<void>((resolve) => idleWaiters.push(resolve));
      // Code that waits for a receipt replies, or acknowledges, before the connection closes.
      await nextTurn();
    },
  };
}
