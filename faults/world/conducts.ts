import { setTimeout as sleep } from 'node:timers/promises';
import type { Conduct } from './hooks.js';

/** Answers with success after the given number of milliseconds. */
export const slow =
  (ms: number): Conduct =>
  async () => {
    await sleep(ms);
    return {};
  };

/** Answers 500 to the given share of requests. */
export const flaky =
  (share: number): Conduct =>
  () => ({ status: Math.random() < share ? 500 : 200 });

/** Never answers, or cuts the connection, for the given share of requests. */
export const silent =
  (share: number): Conduct =>
  () => {
    if (Math.random() >= share) return {};
    return Math.random() < 0.5 ? { hang: true } : { cut: true };
  };

export interface Gate {
  readonly conduct: Conduct;
  open(): void;
}

/** Keeps every request open until the gate opens, and then answers them. Later requests are answered at once. */
export function makeGate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { conduct: () => opened.then(() => ({})), open };
}
