import type { PullTarget } from '../jetstream/pull-target.js';
import type { StreamStore } from '../jetstream/stream-store.js';
import type { SpaceDoor } from './space-door.js';

/** No name of a stream contains it. */
const SEPARATOR = '/';

/** The positions of an account's streams are stored under `<account>/<stream>`: every account has a stream HUKZ. */
export interface AccountStoreDeps {
  readonly name: string;
  readonly door: SpaceDoor;
  /** Runs the work of one account at a time, so that accounts do not use up the connections to the database. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Limits a store to the streams of one account, and compares their messages as they are accepted. */
export function accountStore(store: StreamStore, { name, door, alone }: AccountStoreDeps): StreamStore {
  const prefix = `${name}${SEPARATOR}`;
  const inside = <T extends PullTarget>(target: T): T => ({ ...target, stream: prefix + target.stream });
  const inSpace = <T extends { readonly headers: Parameters<SpaceDoor>[0] }>(message: T): T => ({
    ...message,
    headers: door(message.headers).headers,
  });
  const { positions } = store;
  return {
    exclusively: (work) => alone(() => store.exclusively(work)),
    wouldStore: (message) => store.wouldStore(inSpace(message)),
    positions: {
      ...positions,
      load: (consumers) => positions.load(consumers.map(inside)),
      record: (seen) => positions.record(seen.map(inside)),
      suppose: (position) => positions.suppose(inside(position)),
      forget: (consumer) => positions.forget(inside(consumer)),
      findAbsent: (messages) => positions.findAbsent(messages.map(inSpace)),
      async remembered() {
        const all = await positions.remembered();
        return all.flatMap((one) =>
          one.stream.startsWith(prefix) && !one.stream.slice(prefix.length).includes(SEPARATOR)
            ? [{ ...one, stream: one.stream.slice(prefix.length) }]
            : [],
        );
      },
    },
  };
}

/** Limits a store to the streams of the connection that belongs to no space. */
export function ownStore(store: StreamStore): StreamStore {
  const { positions } = store;
  return {
    ...store,
    positions: {
      ...positions,
      remembered: async () => (await positions.remembered()).filter(({ stream }) => !stream.includes(SEPARATOR)),
    },
  };
}
