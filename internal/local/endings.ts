import { messageOf } from '../errors.js';

export type Ending = () => Promise<unknown>;

export interface Endings {
  add(ending: Ending): void;
  /** The last one first; one that fails does not keep the others. */
  run(): Promise<void>;
}

/** What was started, to be ended. `onError` hears of what did not end well. */
export function makeEndings(onError: (problem: string) => void): Endings {
  const endings: Ending[] = [];
  return {
    add: (ending) => void endings.push(ending),
    async run() {
      for (let ending = endings.pop(); ending; ending = endings.pop()) {
        await ending().catch((error: unknown) => onError(messageOf(error)));
      }
    },
  };
}
