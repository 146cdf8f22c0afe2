import { closeSync, openSync, readSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Turns {
  /** The most that this thread computed in one turn of its event loop since the last call, milliseconds. */
  longestMs(): number;
  stop(): void;
}

/**
 * Watches every turn of this thread's event loop. Linux counts the time that the thread ran, so that a turn is not longer
 * because other processes had the core meanwhile; elsewhere the clock is read.
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
    longestMs() {
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
    // Nanoseconds that this thread ran, that it waited for a core, and how often it was given one.
    const file = openSync('/proc/thread-self/schedstat', 'r');
    const text = Buffer.alloc(64);
    const ranMs = () => Number(text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)).split(' ')[0]) / 1e6;
    return { ranMs, close: () => closeSync(file) };
  } catch {
    return { ranMs: () => performance.now(), close: () => undefined };
  }
}

/**
 * Collects what the tests before this one left in the process, so that the next turns pay for their own garbage only. Takes
 * some hundred milliseconds of a large heap.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
