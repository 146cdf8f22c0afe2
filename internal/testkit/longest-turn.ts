import { closeSync, openSync, readSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Turns {
  /** The maximum CPU time of this thread in one turn of its event loop since the last call, in milliseconds. */
  maxMs(): number;
  stop(): void;
}

/**
 * Watches every turn of this thread's event loop. Linux counts the time that the thread ran, so a turn is not longer
 * because other processes had the core; on other systems the clock is read.
 */
export function watchTurns(): Turns {
  const account = openAccount();
  let last = account.ranMs();
  let longest = 0;
  let turn = setImmediate(look);

  function look(): void {
    const now = account.ranMs();
    longest = Math.max(longest, now - last);
    last = now;
    turn = setImmediate(look);
  }

  return {
    maxMs() {
      const found = longest;
      longest = 0;
      return found;
    },
    stop() {
      clearImmediate(turn);
      account.close();
    },
  };
}

function openAccount() {
  try {
    // The file contains the nanoseconds that this thread ran, the nanoseconds that it waited for a core, and the number
    // of its time slices.
    const file = openSync('/proc/thread-self/schedstat', 'r');
    const text = Buffer.alloc(64);
    const ranMs = () => Number(text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)).split(' ')[0]) / 1e6;
    return { ranMs, close: () => closeSync(file) };
  } catch {
    return { ranMs: () => performance.now(), close: () => undefined };
  }
}

/**
 * Collects garbage of earlier tests, so that the following turns pay only for their own. Takes some hundred
 * milliseconds with a large heap.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
