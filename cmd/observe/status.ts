import { setTimeout as wait } from 'node:timers/promises';
import { CommandFailed } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import type { Columns } from '../output/columns.js';
import type { Session, Verb } from '../session/session.js';
import { type Figures, figuresOf } from './figures.js';
import type { Metrics } from './metrics-text.js';
import { fetchMetrics, type MetricsOptions, type MetricsPlace, metricsPlace } from './read-metrics.js';
import { readReadiness } from './readiness.js';

interface StatusOptions extends MetricsOptions {
  readonly watch?: true;
  /** Milliseconds. */
  readonly interval: number;
  /** The number of readings to print with `watch`. */
  readonly count?: number;
}

const WARN_DUE_S = 60;
const CLEAR = '\u001b[H\u001b[2J';

const COLUMNS: Columns<Figures> = [
  { name: 'ready', colour: ({ ready }) => (ready ? 'green' : 'red') },
  { name: 'problems', colour: () => 'yellow' },
  { name: 'guarantee' },
  { name: 'messages_per_s' },
  { name: 'delivered_per_s' },
  { name: 'failed_per_s', colour: ({ failed_per_s: failed = 0 }) => (failed > 0 ? 'yellow' : undefined) },
  { name: 'due' },
  { name: 'oldest_due_s', colour: ({ oldest_due_s: oldest = 0 }) => (oldest > WARN_DUE_S ? 'red' : undefined) },
  { name: 'in_flight' },
  { name: 'parked' },
  { name: 'dead_letters', colour: ({ dead_letters: dead = 0 }) => (dead > 0 ? 'yellow' : undefined) },
  { name: 'intake_waiting' },
  { name: 'stream_pending' },
  { name: 'circuits_open', colour: ({ circuits_open: open = 0 }) => (open > 0 ? 'yellow' : undefined) },
  { name: 'lost', colour: ({ lost = 0 }) => (lost > 0 ? 'red' : undefined) },
];

/** Prints the golden figures, once or until it is ended. */
export const status: Verb<StatusOptions> = async (session, { options }) => {
  const { here, out, hukz } = session;
  const place = await metricsPlace(session, options);
  let earlier = await firstMetrics(session, place);
  const isForPeople = out.format === 'table' || out.format === 'wide';
  const rounds = options.watch ? (options.count ?? Number.POSITIVE_INFINITY) : 1;
  let ready = false;
  for (let round = 0; round < rounds; round++) {
    if (earlier || round > 0) await wait(options.interval);
    const [readiness, metrics] = await Promise.all([readReadiness(hukz), earlier && fetchMetrics(place)]);
    const now = typeof metrics === 'string' ? undefined : metrics;
    ready = readiness.ready;
    if (options.watch && isForPeople) out.painted(here.streams.stdout.isTTY ? CLEAR : round > 0 ? '\n' : '');
    await out.object(figuresOf(readiness, earlier, now), COLUMNS);
    earlier = now ?? earlier;
  }
  if (!ready) throw new CommandFailed('The service is not ready.', { exitCode: EXIT.unreachable });
};

async function firstMetrics({ say }: Session, place: MetricsPlace): Promise<Metrics | undefined> {
  const metrics = await fetchMetrics(place);
  if (typeof metrics !== 'string') return metrics;
  say(`Only the readiness is known: ${metrics}.`);
  return undefined;
}
