import type { Clock } from './clock.js';

/** A reading of the database's clock, taken at some moment between two moments of the local monotonic clock. */
export interface ClockSample {
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface CorrectedClock extends Clock {
  learn(sample: ClockSample): void;
  /** Detects that the clock of this machine was set. Must be called about every second. */
  check(): void;
  /** How far the clock of this machine is ahead of the database's, in milliseconds; 0 while they agree. */
  offsetMs(): number;
}

/** A smaller error is tolerated: no timestamp of hukz needs more precision, and so noise never sets the clock back. */
const BELIEVED_MS = 1000;
/** Two clocks drift apart by less than 0.1 s in this time. After it, a less exact sample is as good as an old one. */
const SAMPLE_MAX_AGE_MS = 600_000;

/** Corrects a clock by an answer of the database that contains the time. */
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
  /** A reading of the monotonic clock. */
  readonly at: number;
  readonly time: number;
  /** The maximum error of `time`: half of the round trip. */
  readonly errorMs: number;
}

/**
 * Returns the clock of this machine while it agrees with the database's, else the database's time, advanced by the
 * monotonic clock. The clock is read several times per delivery and costs an addition; reading a second clock each time
 * would cost 1 µs.
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

  /** A sample that is less exact and does not contradict the last one adds no information. */
  function isBetter(sample: Reference, last: Reference): boolean {
    const contradicts = Math.abs(sample.time - expected(last, sample.at)) > sample.errorMs + last.errorMs;
    return contradicts || sample.errorMs <= last.errorMs || sample.at - last.at > SAMPLE_MAX_AGE_MS;
  }
}
