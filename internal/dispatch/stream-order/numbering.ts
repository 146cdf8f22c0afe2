import type { OrderedKey } from '../ordered-keys.js';

export interface NumberingDeps {
  /** Numbers the ordered deliveries of a stream up to a sequence. Returns the keys that it found. */
  numberLater(stream: string, upTo: number): Promise<{ readonly keys: readonly OrderedKey[]; readonly more: boolean }>;
  advance(webhookId: number, orderKey: string): void;
}

/** Numbers the deliveries of a stream up to a sequence, and gives their keys their turn. Returns the number of keys. */
export type NumberUpTo = (stream: string, upTo: number) => Promise<number>;

export function makeNumberUpTo({ numberLater, advance }: NumberingDeps): NumberUpTo {
  return async (stream, upTo) => {
    let found = 0;
    for (let more = true; more; ) {
      const done = await numberLater(stream, upTo);
      for (const { webhookId, orderKey } of done.keys) advance(webhookId, orderKey);
      found += done.keys.length;
      more = done.more;
    }
    return found;
  };
}
