/** One series of a metric. */
interface Series {
  /** `outcome="dead"`; empty if it has none. */
  readonly labels: string;
  readonly value: number;
}

/** The metrics of an instance at one time. */
export interface Metrics {
  readonly atMs: number;
  readonly series: ReadonlyMap<string, readonly Series[]>;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)/;

/** Reads the text format of Prometheus. Lines of other forms are left out. */
export function readMetrics(text: string, atMs: number): Metrics {
  const series = new Map<string, Series[]>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined || Number.isNaN(Number(value))) continue;
    const known = series.get(name) ?? [];
    series.set(name, [...known, { labels, value: Number(value) }]);
  }
  return { atMs, series };
}

/** The sum over the series of a metric, or over those with a label. Undefined if there is no such series. */
export function sumOf({ series }: Metrics, name: string, label = ''): number | undefined {
  const found = series.get(name)?.filter(({ labels }) => labels.includes(label)) ?? [];
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

/** The increase of a counter per second. A counter that has become smaller began again at 0. */
export function rateOf(earlier: Metrics, later: Metrics, name: string, label?: string): number | undefined {
  const [before, after] = [sumOf(earlier, name, label), sumOf(later, name, label)];
  const seconds = (later.atMs - earlier.atMs) / 1000;
  if (before === undefined || after === undefined || seconds <= 0) return undefined;
  return (after < before ? after : after - before) / seconds;
}
