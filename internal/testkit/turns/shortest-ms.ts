import { machinePace } from './machine-pace.js';

const TRIES = 10;

/**
 * Returns the shortest time of a few runs, because other programs run on the machine, in milliseconds of a machine with
 * the pace of the reference.
 */
export function shortestMs(work: () => void): number {
  const tries = Array.from({ length: TRIES }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return Math.min(...tries) / machinePace();
}
