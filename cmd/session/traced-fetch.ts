import type { Fetch } from '../../packages/client/src/options.js';

const SECRET = /secret|password|token|private/i;

/** A `fetch` that says each request as a curl command. Tokens and secrets are masked. */
export function tracedFetch(say: (line: string) => void): Fetch {
  return async (url, init) => {
    say(asCurl(url, init));
    const began = performance.now();
    const answer = await fetch(url, init);
    say(`# ${answer.status} after ${Math.round(performance.now() - began)} ms`);
    return answer;
  };
}

function asCurl(url: string, { method = 'GET', headers, body }: RequestInit): string {
  const shown = [...new Headers(headers)].map(([name, value]) =>
    name === 'authorization' ? `-H 'authorization: Bearer ***'` : `-H ${quoted(`${name}: ${value}`)}`,
  );
  // A declaration may have values of variables anywhere.
  const isDeclaration = new URL(url).pathname.endsWith('/apply');
  const shownBody = (text: string) => (isDeclaration ? '@declaration.json' : quoted(masked(text)));
  const data = typeof body === 'string' ? [`--data ${shownBody(body)}`] : [];
  return ['curl', ...(method === 'GET' ? [] : [`-X ${method}`]), quoted(url), ...shown, ...data].join(' ');
}

/** The body with `***` in place of each member whose name says that it is a secret. */
function masked(json: string): string {
  const hide = (name: string, value: unknown) => (SECRET.test(name) && typeof value === 'string' ? '***' : value);
  return JSON.stringify(JSON.parse(json, hide));
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
