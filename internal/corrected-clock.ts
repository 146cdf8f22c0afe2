import type { Clock } from './clock.js';

/** What the database's clock showed at some moment between two moments of our monotonic clock. */
export interface ClockSample {
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface CorrectedClock extends Clock {
  learn(sample: ClockSample): void;
  /** Notices that the clock of this machine was set. To be called every second or so. */
  check(): void;
  /** How far the clock of this machine is ahead of the database's, milliseconds; 0 while they agree. */
  offsetMs(): number;
}

/** A clock that is wrong by less is believed: no timestamp of ours needs more, and it never runs backwards for noise. */
const BELIEVED_MS = 1000;
/** Two clocks drift apart by less than 0.1 s in this time; after it, a less exact sample is as good as an old one. */
const SAMPLE_MAX_AGE_MS = 600_000;

/** Lets a clock learn from an answer of the database that brings the time along. */
export async function learnFrom<T>(
  clock: CorrectedClock,
  ask: () => Promise<T>,
  timeIn: (answer: T) => number | undefined,
): Promise<T> {
  const askedAt = clock.monotonic();
  const answer = await ask();
  const time = timeIn(answer);
  if (time !== undefined) clock.learn({ askedAt, answeredAt: clock.monotonic(), time });
  return answer;
}

interface Reference {
  /** Monotonic. */
  readonly at: number;
  readonly time: number;
  /** How wrong `time` can be: half of the round trip. */
  readonly errorMs: number;
}

/**
 * The clock of this machine while it agrees with the database's, else the database's, carried on by the monotonic clock. It
 * is read several times per delivery and costs an addition: to read a second clock as well each time costs 1 µs.
 */
export function correctClock(machine: Clock): CorrectedClock {
  let reference: Reference | undefined;
  let correctionMs = 0;

  const expected = ({ at, time }: Reference, monotonic: number) => time + (monotonic - at);

  const check = () => {
    if (!reference) return;
    const wrongMs = expected(reference, machine.monotonic()) - machine.now();
    correctionMs = Math.abs(wrongMs) <= BELIEVED_MS + reference.errorMs ? 0 : Math.round(wrongMs);
  };

  return {
    monotonic: machine.monotonic,
    now: () => machine.now() + correctionMs,
    check,
    learn({ askedAt, answeredAt, time }) {
      const sample = { at: (askedAt + answeredAt) / 2, time, errorMs: (answeredAt - askedAt) / 2 };
      if (!reference || isBetter(sample, reference)) reference = sample;
      check();
    },
    offsetMs: () => 0 - correctionMs,
  };

  /** A sample that is less exact and does not contradict the last one says nothing new. */
  function isBetter(sample: Reference, last: Reference): boolean {
    const contradicts = Math.abs(sample.time - expected(last, sample.at)) > sample.errorMs + last.errorMs;
    return contradicts || sample.errorMs <= last.errorMs || sample.at - last.at > SAMPLE_MAX_AGE_MS;
  }
}
