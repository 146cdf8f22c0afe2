import { readFileSync, statSync } from 'node:fs';

/**
 * What a small file of the system says, read anew when it has changed; one that cannot be read says nothing.
 * Synchronous: that costs microseconds, and none of libuv's few threads.
 */
export function makeWatchedFile<T>(path: string, parse: (text: string) => T): () => T {
  let changedAt: number | undefined;
  let value = parse('');
  return () => {
    const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (mtimeMs === changedAt) return value;
    changedAt = mtimeMs;
    value = parse(mtimeMs === undefined ? '' : readText(path));
    return value;
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
