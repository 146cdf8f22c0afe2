/** A message in the record of its publisher. */
export interface Published {
  readonly number: number;
  readonly subject: string;
  /**
   * Whether its safety was confirmed: in core mode after the journal's commit, with JetStream once the stream had
   * stored it.
   */
  readonly acknowledged: boolean;
}

/** A request in the record of its receiver. */
export interface Arrival {
  readonly webhook: string;
  readonly number: number;
  /** The `webhook-id` of the request. */
  readonly id: string;
  /** `none`: the receiver cut the connection, after which the sender may repeat the request as the same attempt. */
  readonly answer: 'success' | 'failure' | 'none';
}

/** The records that an audit compares. */
export interface Books {
  readonly published: readonly Published[];
  readonly arrivals: readonly Arrival[];
  /** Maps each webhook to the subject whose messages it must get. */
  readonly webhooks: ReadonlyMap<string, string>;
  /** Requests before this index are not expected in the log. */
  readonly loggedFrom?: number;
  /** Maps each `webhook-id` to the number of its log rows, and to whether one of them has the outcome delivered. */
  readonly logged: ReadonlyMap<string, { readonly rows: number; readonly delivered: boolean }>;
}

export interface Finding {
  readonly messages: number;
  readonly acknowledged: number;
  /** Messages that were acknowledged and are missing at a webhook. */
  readonly lost: number;
  /** Messages that were not acknowledged and are missing: the publisher has no confirmation of them. */
  readonly unacknowledged: number;
  /** Requests that arrived after one with the same `webhook-id` had been answered with success. */
  readonly duplicates: number;
  /** All other contradictions, one sentence each. */
  readonly problems: readonly string[];
}

/** Compares the published messages with the arrived requests by ids, without the service's own counters. */
export function audit(books: Books): Finding {
  const problems: string[] = [];
  const byNumber = new Map(books.published.map((message) => [message.number, message]));
  const arrived = new Map<string, Set<number>>([...books.webhooks.keys()].map((name) => [name, new Set()]));
  const ids = new Map<string, string>();
  const places = new Map<string, string>();
  const requests = new Map<string, number>();
  const accepted = new Set<string>();
  let duplicates = 0;
  for (const [index, arrival] of books.arrivals.entries()) {
    const place = `${arrival.webhook} ${arrival.number}`;
    const expected = books.webhooks.get(arrival.webhook);
    if (expected === undefined || byNumber.get(arrival.number)?.subject !== expected)
      problems.push(`message ${arrival.number} was never published for webhook ${arrival.webhook}`);
    if ((ids.get(place) ?? arrival.id) !== arrival.id)
      problems.push(`message ${arrival.number} arrived at webhook ${arrival.webhook} under two ids`);
    if ((places.get(arrival.id) ?? place) !== place) problems.push(`the webhook-id ${arrival.id} was used twice`);
    ids.set(place, arrival.id);
    places.set(arrival.id, place);
    const isLogged = index >= (books.loggedFrom ?? 0);
    if (isLogged && arrival.answer !== 'none') requests.set(arrival.id, (requests.get(arrival.id) ?? 0) + 1);
    if (accepted.has(arrival.id)) duplicates++;
    if (arrival.answer === 'success') {
      accepted.add(arrival.id);
      arrived.get(arrival.webhook)?.add(arrival.number);
    }
  }
  problems.push(...auditLog(books, { requests, accepted, places }));
  const missing = books.published.map((message) => ({ message, at: missingAt(books, arrived, message) }));
  const half = missing.filter(({ message, at }) => at.length > 0 && at.length < owedTo(books, message).length);
  for (const { message, at } of half) problems.push(`message ${message.number} is missing at ${at.join(', ')} only`);
  return {
    messages: books.published.length,
    acknowledged: books.published.filter((message) => message.acknowledged).length,
    lost: missing.filter(({ message, at }) => message.acknowledged && at.length > 0).length,
    unacknowledged: missing.filter(({ message, at }) => !message.acknowledged && at.length > 0).length,
    duplicates,
    problems,
  };
}

interface Seen {
  readonly requests: ReadonlyMap<string, number>;
  readonly accepted: ReadonlySet<string>;
  readonly places: ReadonlyMap<string, string>;
}

/** Checks that every request has its log row, and that every log row has a request. */
function auditLog({ logged }: Books, { requests, accepted, places }: Seen): string[] {
  const problems: string[] = [];
  for (const [id, count] of requests) {
    const log = logged.get(id);
    if ((log?.rows ?? 0) < count)
      problems.push(`${count} requests arrived for ${places.get(id)} (${id}), but its log has ${log?.rows ?? 0} rows`);
    if (accepted.has(id) && !log?.delivered) problems.push(`${places.get(id)} (${id}) arrived, but no log row says so`);
  }
  for (const [id, log] of logged)
    if (log.delivered && !accepted.has(id))
      problems.push(`the log says that ${id} was delivered, but no receiver has it`);
  return problems;
}

const owedTo = ({ webhooks }: Books, message: Published) =>
  [...webhooks].filter(([, subject]) => subject === message.subject).map(([name]) => name);

function missingAt(books: Books, arrived: ReadonlyMap<string, ReadonlySet<number>>, message: Published): string[] {
  return owedTo(books, message).filter((name) => !arrived.get(name)?.has(message.number));
}
