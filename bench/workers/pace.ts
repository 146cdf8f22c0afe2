import { nowMs } from '../now.js';

const TICK_MS = 1;

/**
 * Sends at a constant rate and never waits for responses: a late tick sends everything that is overdue at once. Returns
 * the intended time of the first message.
 */
export function pace(perSecond: number, count: number, send: (sequence: number) => void): Promise<number> {
  const startAt = nowMs() + TICK_MS;
  let sent = 0;
  return new Promise((resolve) => {
    const tick = () => {
      const due = Math.min(count, 1 + Math.floor(((nowMs() - startAt) * perSecond) / 1000));
      while (sent < due) send(sent++);
      if (sent < count) setTimeout(tick, TICK_MS);
      else resolve(startAt);
    };
    setTimeout(tick, TICK_MS);
  });
}
