import type { Hukz } from '../../packages/client/src/hukz.js';
import { clientOf } from '../connection/client-of.js';
import { type ConnectionOptions, resolveConnection } from '../connection/connection.js';
import type { Invocation } from '../invocation.js';
import type { Candidate } from './candidates.js';

/** A shell waits for the words after a key was pressed. */
export const LIMIT_MS = 100;
const LIMIT = 100;

interface Named {
  readonly id: number | string;
  readonly key?: string | null;
  readonly name?: string;
  readonly event?: string | null;
}

type Read = (hukz: Hukz, signal: AbortSignal) => PromiseLike<{ readonly nodes: readonly Named[] }>;

/** The lists in which the values of arguments are, by the name of the argument. */
const LISTS: Readonly<Partial<Record<string, Read>>> = {
  event: (hukz, signal) => hukz.events.list({ limit: LIMIT }, { signal, retry: false }),
  webhook: (hukz, signal) => hukz.webhooks.list({ limit: LIMIT }, { signal, retry: false }),
  space: (hukz, signal) => hukz.spaces.list({ limit: LIMIT }, { signal, retry: false }),
  delivery: (hukz, signal) => hukz.deliveries.list({ limit: LIMIT }, { signal, retry: false }),
};

/** The present values of an argument, by key or id. None if they cannot be had at once, for whatever reason. */
export async function liveWords(
  here: Invocation,
  argument: string,
  { options, limitMs }: { readonly options: ConnectionOptions; readonly limitMs: number },
): Promise<readonly Candidate[]> {
  const read = LISTS[argument.replace(/s$/, '')];
  if (!read) return [];
  const signal = AbortSignal.timeout(limitMs);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([late, ask(here, options, (hukz) => read(hukz, signal))]);
  } catch {
    return [];
  }
}

async function ask(
  here: Invocation,
  options: ConnectionOptions,
  read: (hukz: Hukz) => PromiseLike<{ readonly nodes: readonly Named[] }>,
): Promise<readonly Candidate[]> {
  const { nodes } = await read(clientOf(await resolveConnection(here, options)));
  return nodes.map(({ id, key, name, event }) => {
    const word = typeof key === 'string' ? `key:${key}` : String(id);
    return { word, description: name || event || '' };
  });
}
