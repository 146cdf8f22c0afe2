import type { Verdict } from '../domain/schema/verdict.js';
import type { Logger } from '../logger.js';

/** After this time without a violation, the next one of an event begins another spell. */
const SPELL_MS = 60_000;
const MAX_EVENTS = 10_000;

/** Logs the first message of each spell that breaks the schema of an event. The metrics count all of them. */
export class ViolationLog {
  /** When an event was last violated, in milliseconds of a monotonic clock. */
  private readonly latest = new Map<string, number>();

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly now: () => number,
  ) {}

  note(verdict: Exclude<Verdict, { readonly kind: 'pass' }>): void {
    const { event, version, problems } = verdict.violation;
    const key = `${verdict.kind}\n${event}`;
    const [now, before] = [this.now(), this.latest.get(key)];
    if (before === undefined && this.latest.size >= MAX_EVENTS) this.latest.clear();
    this.latest.set(key, now);
    if (before !== undefined && now - before < SPELL_MS) return;
    const [first] = problems;
    this.logger.warn('message.schema_broken', {
      event,
      schema_version: version,
      mode: verdict.kind,
      at: first?.at,
      problem: first?.problem,
    });
  }
}
