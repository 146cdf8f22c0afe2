import { type Answer, type ReceivedRequest, startReceiver } from '../../internal/testkit/servers/receiver.js';
import type { Arrival } from '../audit.js';

/** The answer of a webhook, chosen for each request. Default: 200 at once. */
export type Conduct = (request: Omit<Arrival, 'answer'>) => Answer | Promise<Answer>;

export interface Hooks {
  readonly arrivals: readonly Arrival[];
  /** The number of requests that arrived and are not answered yet. */
  readonly unanswered: number;
  urlOf(webhook: string): string;
  conduct(webhook: string, conduct: Conduct): void;
  stop(): Promise<void>;
}

/** The receivers of all webhooks, with their own record of all arrivals. */
export async function startHooks(): Promise<Hooks> {
  const arrivals: Arrival[] = [];
  const conducts = new Map<string, Conduct>();
  let unanswered = 0;
  const receiver = await startReceiver(async (request) => {
    const known = read(request);
    unanswered++;
    const answer = await (conducts.get(known.webhook)?.(known) ?? {});
    unanswered--;
    arrivals.push({ ...known, answer: nameOf(answer) });
    // This module keeps the record; in a soak test, the bodies would fill the memory.
    receiver.forget();
    return answer;
  });
  return {
    arrivals,
    get unanswered() {
      return unanswered;
    },
    urlOf: (webhook) => `${receiver.url}/${webhook}`,
    conduct: (webhook, conduct) => void conducts.set(webhook, conduct),
    stop: receiver.stop,
  };
}

function nameOf({ cut, hang, status = 200 }: Answer): Arrival['answer'] {
  if (cut) return 'none';
  return !hang && status < 300 ? 'success' : 'failure';
}

/** A body of another sender gets the number NaN, which was never published. */
function read({ url, headers, body }: ReceivedRequest): Omit<Arrival, 'answer'> {
  return { webhook: url.slice(1), number: numberIn(body), id: String(headers['webhook-id']) };
}

function numberIn(body: Buffer): number {
  try {
    return (JSON.parse(String(body)) as { payload: { n: number } }).payload.n;
  } catch {
    return Number.NaN;
  }
}
