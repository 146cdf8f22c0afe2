import { watch } from 'node:fs';

/**
 * Reports changes of a directory at once where the system can. A network file system reports none, so that the caller
 * has to look now and then as well. Returns a function that ends it.
 */
export function watchDirectory(directory: string, onChange: () => void): () => void {
  try {
    const watcher = watch(directory, { persistent: false }, () => onChange());
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}
