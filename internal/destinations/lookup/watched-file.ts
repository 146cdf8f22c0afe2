import { readFileSync, statSync } from 'node:fs';

/**
 * Returns the parsed contents of a small system file, which is read again when it has changed. A file that cannot be
 * read counts as empty. The read is synchronous: it takes microseconds, and none of libuv's few threads.
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
