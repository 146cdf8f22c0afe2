import type { ClaimPort, EndPort } from '../dispatch/ports.js';
import type { SettledAttempt } from '../domain/delivery/attempt.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import type { GivenUpBecause } from './embedded-contract.js';
import type { Lines, Owed } from './lines.js';

export interface MemoryJournalDeps {
  readonly lines: Lines;
  /** Whether the webhook exists. */
  has(webhookId: number): boolean;
  /** Whether the webhook exists and is not paused. */
  isSentTo(webhookId: number): boolean;
  onDelivered(): void;
  onGivenUp(owed: Owed, because: GivenUpBecause, attempt?: SettledAttempt): void;
}

export interface MemoryJournal {
  readonly claims: ClaimPort;
  readonly ends: EndPort;
}

/**
 * The journal of deliveries that exist only in this process. All of them are ordered by their webhook, so dispatch
 * claims the first one of a line when it is announced. A line whose delivery found no room in dispatch is claimed by
 * the next round of the claim loop. No answer of this journal can be lost, so strays exist only after an error in the
 * program.
 */
export function makeMemoryJournal({ lines, ...deps }: MemoryJournalDeps): MemoryJournal {
  const withoutRoom = new Set<number>();

  const claimable = (webhookId: number) => (deps.isSentTo(webhookId) ? lines.claim(webhookId) : undefined);

  const end = (delivery: OwnedDelivery, because: GivenUpBecause, attempt?: SettledAttempt) => {
    const owed = lines.remove(delivery);
    if (owed) deps.onGivenUp({ ...owed, attempts: delivery.attempts }, because, attempt);
  };

  const claims: ClaimPort = {
    async claim(room) {
      const deliveries: OwnedDelivery[] = [];
      let bytes = 0;
      for (const webhookId of withoutRoom) {
        if (deliveries.length >= room.deliveries || bytes >= room.bytes) break;
        if (room.except.includes(webhookId)) continue;
        withoutRoom.delete(webhookId);
        const first = claimable(webhookId);
        if (!first) continue;
        deliveries.push(first);
        bytes += first.message.body.length;
      }
      return { deliveries, lost: 0 };
    },
    async claimNext(keys) {
      const claimed: OwnedDelivery[] = [];
      for (const { webhookId, wanted } of keys) {
        const first = wanted ? claimable(webhookId) : undefined;
        if (first) claimed.push(first);
        else if (!wanted) withoutRoom.add(webhookId);
      }
      return claimed;
    },
    /** Announces the lines that wait although nothing keeps them from being sent, as after a pause. */
    async unpark() {
      for (const webhookId of lines.webhooksIn('ready')) if (deps.isSentTo(webhookId)) lines.announce(webhookId);
      return 0;
    },
    async unclaimStrays(isResident) {
      const strays = lines.claimed().filter(({ id }) => !isResident(id));
      for (const stray of strays) lines.unclaim(stray);
      for (const { webhookId } of strays) withoutRoom.add(webhookId);
      return strays.length;
    },
    // Deliveries of a paused webhook wait in their line, no circuit opens, and `unpark` looks at all lines.
    claimProbes: async () => [],
    unparkFirst: async () => ({ released: 0 }),
    parkDue: async () => 0,
  };

  const ends: EndPort = {
    async settle(attempt) {
      const { delivery, outcome, because, retryInMs = 0, countedFailures } = attempt;
      const after = { ...delivery, attempts: delivery.attempts + 1, countedFailures };
      if (outcome === 'delivered') {
        lines.remove(delivery);
        deps.onDelivered();
      } else if (because !== undefined) end(after, because, attempt);
      else if (!deps.has(delivery.webhookId)) end(after, 'detached', attempt);
      else lines.rest(after, retryInMs);
    },
    park: async (delivery) => lines.unclaim(delivery),
    cancel: async (delivery) => end(delivery, 'detached'),
    async unclaim(deliveries) {
      for (const one of deliveries) lines.unclaim(one);
    },
    // Events are not delayed, so that none gets its place in the order later.
    place: async () => undefined,
  };

  return { claims, ends };
}
