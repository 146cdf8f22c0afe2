import { messageOf } from '../errors.js';

export type Ending = () => Promise<unknown>;

export interface Endings {
  add(ending: Ending): void;
  /** Runs the endings, the last one first. An ending that fails does not prevent the others. */
  run(): Promise<void>;
}

/** A collection of endings for everything that was started. `onError` is called with the error of each that fails. */
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
