import type { Dedupe } from './dedupe.js';

export interface MemoryDedupeOptions {
  /** The maximum number of handled ids that are kept. The oldest ones are forgotten first. The default is 10,000. */
  readonly maxIds?: number | undefined;
}

/** Keeps ids in this process. They are lost when it ends, and other processes do not see them. */
export function memoryDedupe({ maxIds = 10_000 }: MemoryDedupeOptions = {}): Dedupe {
  if (!(maxIds >= 1)) throw new TypeError('maxIds must be 1 or more');
  const handled = new Set<string>();
  const running = new Set<string>();
  return {
    async claim(id) {
      if (handled.has(id)) return 'handled';
      if (running.has(id)) return 'running';
      running.add(id);
      return {
        async finish() {
          running.delete(id);
          handled.add(id);
          for (const oldest of handled) {
            if (handled.size <= maxIds) break;
            handled.delete(oldest);
          }
        },
        async abandon() {
          running.delete(id);
        },
      };
    },
  };
}
