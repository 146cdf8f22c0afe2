/** An answer as it is compared: the status, and the body as JSON or text. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

export type Ask = (path: string) => Promise<Answered>;

/** The largest page of the Go service. */
const LIMIT = 40;
const MAX_PAGES = 250;

/** The requests of a comparison: everything that both services list, and each object alone. */
export async function* readRequests(old: Ask): AsyncGenerator<string> {
  yield* ['/ping', '/health/alive', '/health/ready'];
  const events = yield* pagesOf(old, '/events');
  const webhooks = yield* pagesOf(old, '/webhooks/space/0');
  yield* events.map((id) => `/events/${id}`);
  yield* webhooks.map((id) => `/webhooks/${id}`);
  yield* [`/webhooks/logs?limit=${LIMIT}&page=1`, '/events/0', '/events/999999999', '/webhooks/999999999', '/nowhere'];
}

/** Yields the pages of a list, and returns the ids on them. */
async function* pagesOf(old: Ask, list: string): AsyncGenerator<string, readonly number[]> {
  const ids: number[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const path = `${list}?limit=${LIMIT}&page=${page}`;
    yield path;
    const { body } = await old(path);
    const found = idsIn(body);
    ids.push(...found);
    if (found.length < LIMIT) break;
  }
  return ids;
}

function idsIn(body: unknown): readonly number[] {
  const nodes = typeof body === 'object' && body !== null && 'nodes' in body ? body.nodes : undefined;
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown) =>
    typeof node === 'object' && node !== null && 'id' in node && typeof node.id === 'number' ? [node.id] : [],
  );
}

/** A service cannot be compared. The message says which one and why. */
export class NoAnswer extends Error {}

/** Asks a service below an address, which may have a path. Redirects are answers. @throws {NoAnswer} */
export function makeAsk(base: string, userId: number, timeoutMs = 30_000): Ask {
  const answerTo = async (path: string): Promise<Answered> => {
    const response = await fetch(`${base.replace(/\/+$/, '')}${path}`, {
      headers: { 'x-user': String(userId) },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  };
  return (path) =>
    answerTo(path).catch((error: Error) => {
      // The message of `fetch` says only that it failed.
      const reason = error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
      throw new NoAnswer(
        error instanceof SyntaxError ? `${base}${path} has no JSON: ${reason}` : `${base} does not answer: ${reason}`,
      );
    });
}
