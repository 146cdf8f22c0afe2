import type { CommandFailed } from '../command-failed.js';

/** The end of a session at the prompt, which several causes may reach. */
export interface End {
  readonly reached: Promise<void>;
  done(): void;
  fail(error: CommandFailed): void;
}

export function makeEnd(): End {
  let done: () => void = () => undefined;
  let fail: (error: CommandFailed) => void = () => undefined;
  const reached = new Promise<void>((resolve, reject) => {
    [done, fail] = [resolve, reject];
  });
  // A failure may arrive before anything waits for the end.
  reached.catch(() => undefined);
  return { reached, done: () => done(), fail: (error) => fail(error) };
}
