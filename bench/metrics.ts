/** One scrape of the service: maps `name` or `name{label="value"}` to its number. */
export type Metrics = ReadonlyMap<string, number>;

export async function readMetrics(url: string): Promise<Metrics> {
  const text = await (await fetch(url)).text();
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): [string, number] => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    });
  return new Map(samples);
}

/** The difference of a counter between two scrapes. */
export function growth(name: string, before: Metrics, after: Metrics): number {
  return (after.get(name) ?? 0) - (before.get(name) ?? 0);
}

const LOOKS_EVERY_MS = 10;

/**
 * The longest delay of the service's event loop since the previous scrape. The histogram also counts the time between
 * two samples, which is subtracted.
 */
export function maxStallMs(metrics: Metrics): number {
  return Math.max(0, (metrics.get('nodejs_eventloop_lag_max_seconds') ?? Number.NaN) * 1000 - LOOKS_EVERY_MS);
}
