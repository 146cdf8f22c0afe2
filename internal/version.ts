import { existsSync, readFileSync } from 'node:fs';

/**
 * The version in package.json, which is one folder above internal/ in the sources and two folders above dist/internal/
 * after the build.
 */
export function readVersion(): string {
  const places = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
  const file = places.find((place) => existsSync(place));
  if (!file) throw new Error('package.json was not found beside the program');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
