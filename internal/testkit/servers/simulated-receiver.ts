import type { Lanes } from '../../dispatch/lanes/lanes.js';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { Load } from '../../domain/delivery/load.js';

/** The outcome of a request that starts at `atMs` while `open` others are open. */
export type Conduct = (request: { readonly open: number; readonly atMs: number; readonly random: number }) => {
  readonly afterMs: number;
  readonly load: Load;
};

export interface Simulation {
  readonly perSecond: number;
  readonly seconds: number;
  readonly conduct: Conduct;
  readonly seed?: number;
}

export interface SimulationResult {
  readonly answered: Readonly<Record<Load, number>>;
  /** The maximum number of deliveries that waited at the end of a second, in the last third. */
  readonly maxWaiting: number;
  /** The maximum number of open requests in the last third. */
  readonly maxOpen: number;
}

const TICK_MS = 5;

const message = {
  id: 'm',
  receivedAt: 0,
  subject: 'a',
  headers: [],
  payload: new Uint8Array(0),
  body: new Uint8Array(0),
};
const delivery = (id: string): OwnedDelivery => ({
  id,
  message,
  webhookId: 1,
  owner: 'me',
  attempts: 0,
  countedFailures: 0,
});

/**
 * Simulates deliveries to one webhook at a constant rate; simulated time passes as fast as the machine computes. Failed
 * deliveries are not retried.
 */
export function simulate(
  makeLanes: (now: () => number) => Lanes,
  { perSecond, seconds, conduct, seed = 1 }: Simulation,
): SimulationResult {
  let state = seed;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const answered = { fine: 0, unknown: 0, refusing: 0, stalled: 0 };
  const running: { one: OwnedDelivery; since: number; until: number; load: Load }[] = [];
  let now = 0;
  const lanes = makeLanes(() => now);
  let pushed = 0;
  let maxWaiting = 0;
  let maxOpen = 0;
  for (; now < seconds * 1000; now += TICK_MS) {
    for (; pushed < (now / 1000) * perSecond; pushed += 1) lanes.push(delivery(`d${pushed}`));
    for (let at = running.length - 1; at >= 0; at -= 1) {
      const request = running[at];
      if (!request || request.until > now) continue;
      running.splice(at, 1);
      lanes.done(request.one, request.load, now - request.since);
      answered[request.load] += 1;
    }
    for (let one = lanes.dequeue(); one; one = lanes.dequeue()) {
      const { afterMs, load } = conduct({ open: running.length, atMs: now, random: random() });
      running.push({ one, since: now, until: now + afterMs, load });
    }
    if (now < (seconds * 1000 * 2) / 3) continue;
    maxOpen = Math.max(maxOpen, running.length);
    if (now % 1000 === 0) maxWaiting = Math.max(maxWaiting, lanes.queued);
  }
  return { answered, maxWaiting, maxOpen };
}
