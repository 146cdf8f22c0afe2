import { closeSync, openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { machinePace } from './machine-pace.js';

export interface Turns {
  /**
   * The maximum CPU time of this thread in one turn of its event loop since the last call, in milliseconds of a machine
   * with the pace of the reference, without the garbage collections in it. The turn that calls counts too.
   */
  maxMs(): Promise<number>;
  stop(): void;
}

interface Turn {
  readonly began: number;
  readonly ended: number;
  readonly cpuMs: number;
}

interface Collection {
  readonly began: number;
  readonly ended: number;
}

/** A shorter turn is not worth remembering. */
const MIN_MS = 5;

/**
 * Watches every turn of this thread's event loop. A turn is not longer because other processes had the core: Linux
 * counts the time that the thread ran, in steps of its timer (4 ms), and the clock bounds it; on other systems there is
 * only the clock. Garbage collections do not count, because most of their time is the heap of the test process, with
 * the modules and objects of all the tests before: 20 to 80 ms where the service's own process takes a few.
 */
export function watchTurns(): Turns {
  const account = openAccount();
  const collections: Collection[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      collections.push({ began: startTime, ended: startTime + duration });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  let turns: Turn[] = [];
  let began = performance.now();
  let ranMs = account.ranMs();
  let turn = setImmediate(look);

  function look(): void {
    const ended = performance.now();
    const ranUntilNow = account.ranMs();
    const cpuMs = Math.min(ended - began, ranUntilNow - ranMs);
    if (cpuMs > MIN_MS) turns.push({ began, ended, cpuMs });
    began = ended;
    ranMs = ranUntilNow;
    turn = setImmediate(look);
  }

  return {
    async maxMs() {
      // This turn has to end, and Node reports a collection in the turn after it.
      for (let n = 0; n < 3; n++) await new Promise(setImmediate);
      const found = turns;
      turns = [];
      if (found.length === 0) return 0;
      const longest = Math.max(0, ...found.map((turn) => withoutCollections(turn, collections)));
      collections.length = 0;
      return longest / machinePace();
    },
    stop() {
      clearImmediate(turn);
      observer.disconnect();
      account.close();
    },
  };
}

function withoutCollections(turn: Turn, collections: readonly Collection[]): number {
  const inside = collections.map(({ began, ended }) => Math.min(ended, turn.ended) - Math.max(began, turn.began));
  return inside.filter((ms) => ms > 0).reduce((left, ms) => left - ms, turn.cpuMs);
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
 * Collects garbage of earlier tests, so that what follows has the memory for itself. Takes some hundred milliseconds
 * with a large heap.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
