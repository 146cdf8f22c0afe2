import { type Metrics, rateOf, sumOf } from './metrics-text.js';

/** The figures that an operator looks at first. A figure that is not known is undefined. */
export interface Figures {
  readonly ready: boolean;
  /** Why the service is not ready, or what does not work as it should. */
  readonly problems: readonly string[];
  readonly guarantee: string | undefined;
  readonly messages_per_s: number | undefined;
  readonly delivered_per_s: number | undefined;
  readonly failed_per_s: number | undefined;
  readonly due: number | undefined;
  readonly oldest_due_s: number | undefined;
  readonly in_flight: number | undefined;
  readonly parked: number | undefined;
  readonly dead_letters: number | undefined;
  readonly intake_waiting: number | undefined;
  readonly stream_pending: number | undefined;
  readonly circuits_open: number | undefined;
  readonly lost: number | undefined;
}

type Readiness = Pick<Figures, 'ready' | 'problems' | 'guarantee'>;

/** Rates are those between two readings. */
export function figuresOf(readiness: Readiness, earlier: Metrics | undefined, now: Metrics | undefined): Figures {
  const sum = (name: string) => now && sumOf(now, name);
  const rate = (name: string, label?: string) => {
    const found = earlier && now && rateOf(earlier, now, name, label);
    return found === undefined ? undefined : Math.round(found * 10) / 10;
  };
  return {
    ...readiness,
    messages_per_s: rate('hukz_messages_accepted_total'),
    delivered_per_s: rate('hukz_attempts_total', 'outcome="delivered"'),
    failed_per_s: rate('hukz_attempts_total', 'outcome="failed"'),
    due: sum('hukz_deliveries_due'),
    oldest_due_s: sum('hukz_oldest_due_seconds'),
    in_flight: sum('hukz_deliveries_in_flight'),
    parked: sum('hukz_deliveries_parked'),
    dead_letters: sum('hukz_dead_letters'),
    intake_waiting: sum('hukz_messages_waiting'),
    stream_pending: sum('hukz_stream_pending'),
    circuits_open: sum('hukz_circuits_open'),
    lost: sum('hukz_accounting_open'),
  };
}
