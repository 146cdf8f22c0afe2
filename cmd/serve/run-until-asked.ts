import { CannotStart } from '../../internal/app/open/wrong-key.js';

/** A started program that runs until it is stopped. */
export interface Running {
  /** Resolves, with the reason, when the program cannot continue. */
  readonly unusable: Promise<string>;
  stop(): Promise<void>;
}

export interface Course<R extends Running> {
  /** The signal ends the wait for unavailable dependencies. */
  start(signal: AbortSignal): Promise<R>;
  /** Resolves when the program is asked to stop, possibly while it starts. */
  readonly asked: Promise<unknown>;
  onStarted?: ((running: R) => Promise<void>) | undefined;
}

/** Starts a program, lets it run until it is asked to stop, and stops it. */
export async function runUntilAsked<R extends Running>({ start, asked, onStarted }: Course<R>): Promise<void> {
  const stopping = new AbortController();
  const stopped = asked.then(() => stopping.abort());
  const running = await start(stopping.signal).catch((error: unknown) => {
    if (stopping.signal.aborted) return undefined;
    throw error;
  });
  if (!running) return;
  try {
    await onStarted?.(running);
    const unusable = running.unusable.then((sentence) => {
      throw new CannotStart(sentence);
    });
    await Promise.race([stopped, unusable]);
  } finally {
    await running.stop();
  }
}
