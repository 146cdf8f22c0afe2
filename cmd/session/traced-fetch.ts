import type { Fetch } from '../../packages/client/src/options.js';
import { withoutSecretMembers, withoutValues } from './masked.js';

interface Trace {
  say(line: string): void;
  /** The values that are masked wherever a request has them. */
  readonly secrets: readonly string[];
}

/** A `fetch` that says each request as a curl command, in which secrets are masked. */
export function tracedFetch({ say, secrets }: Trace): Fetch {
  return async (url, init) => {
    say(asCurl(url, init, (text) => withoutValues(text, secrets)));
    const began = performance.now();
    const answer = await fetch(url, init);
    say(`# ${answer.status} after ${Math.round(performance.now() - began)} ms`);
    return answer;
  };
}

function asCurl(
  url: string,
  { method = 'GET', headers, body }: RequestInit,
  withoutSecrets: (text: string) => string,
): string {
  const quoted = (text: string) => `'${withoutSecrets(text).replaceAll("'", `'\\''`)}'`;
  const shown = [...new Headers(headers)].map(([name, value]) =>
    name === 'authorization' ? `-H 'authorization: Bearer ***'` : `-H ${quoted(`${name}: ${value}`)}`,
  );
  // A declaration may have values of variables anywhere.
  const isDeclaration = new URL(url).pathname.endsWith('/apply');
  const shownBody = (text: string) => (isDeclaration ? '@declaration.json' : quoted(withoutSecretMembers(text)));
  const data = typeof body === 'string' ? [`--data ${shownBody(body)}`] : [];
  return ['curl', ...(method === 'GET' ? [] : [`-X ${method}`]), quoted(url), ...shown, ...data].join(' ');
}
