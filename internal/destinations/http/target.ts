import { type Parsed, parsed, refused } from '../../domain/text/parsed.js';
import { Recent } from '../../recent.js';

/** The target of a request: the server, and the path with the query on it. */
export interface Target {
  readonly origin: string;
  readonly path: string;
}

export function parseTarget(text: string): Parsed<Target> {
  if (!URL.canParse(text)) return refused('the URL is not valid');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refused('the URL is neither http nor https');
  return parsed({ origin: url.origin, path: url.pathname + url.search });
}

/** Parses URLs and caches the `bound` most recently used ones. */
export function makeTargetParser(bound: number): (url: string) => Parsed<Target> {
  const known = new Recent<string, Parsed<Target>>(bound);
  return (url) => {
    const found = known.get(url);
    if (found) return found;
    const target = parseTarget(url);
    known.set(url, target);
    return target;
  };
}
