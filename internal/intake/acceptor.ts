import type { Clock } from '../clock.js';
import type { Catalog } from '../domain/matching/catalog.js';
import { MessageView } from '../domain/matching/message-view.js';
import { envelope } from '../domain/message/envelope.js';
import { type Message, weightOf } from '../domain/message/message.js';
import { messageOf } from '../errors.js';
import type { Incoming } from './incoming.js';
import { type Accepted, DELIVERY_OVERHEAD, type KeepDeps, type Kept, makeKeep } from './keep.js';
import { type Matched, match } from './match.js';

export interface AcceptorDeps extends KeepDeps {
  readonly catalog: Catalog;
  /** Whether a subject belongs to the NATS server, to a reply or to our own results. */
  isReserved(subject: string): boolean;
  /** Resolves when the catalog is as new as the call. */
  catchUp(): Promise<void>;
  /** Dispatch's: one of this key may be the next. */
  next(webhookId: number, orderKey: string): void;
  /** Dispatch's: ordered deliveries of this message of a stream were committed, and it was acknowledged. */
  committedInStream(stream: string, sequence: number): void;
  /** A uuid of that time. */
  makeId(ms: number): string;
  readonly clock: Clock;
  readonly limits: { readonly maxMessages: number; readonly maxBytes: number };
  readonly storeUnmatched: boolean;
}

export interface AcceptorStats {
  readonly received: number;
  readonly accepted: number;
  readonly deliveries: number;
  /** Lost, because there was no room for them. */
  readonly dropped: number;
  /** Given back to their stream for the same reason: they come again. */
  readonly delayed: number;
  readonly refused: number;
  readonly unregistered: number;
  readonly badRouting: number;
  /** Left out because nothing fires for their subject, whatever wildcard covers it. */
  readonly reserved: number;
  /** Were in the journal already. */
  readonly duplicates: number;
  /** Taken in and not committed yet. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** The last of its kind, in words: for the one line a second that tells of many. */
  readonly latest: { readonly badRouting?: string; readonly refused?: string; readonly reserved?: string };
}

export interface Acceptor {
  /** Takes a message; never throws. */
  take(incoming: Incoming): void;
  stats(): AcceptorStats;
  /** Resolves when everything taken is committed, refused or dropped. */
  idle(): Promise<void>;
}

/** A message on its way into the journal. */
interface Taken {
  readonly incoming: Incoming;
  readonly view: MessageView;
  readonly matched: Matched | undefined;
  readonly size: number;
}

/** How often a message is matched while the catalog changes under it; then it is stored as it was matched last. */
const MAX_MATCHES = 8;

/** Matches messages and hands them to the journal; answers and sends only after the commit. */
export function makeAcceptor(deps: AcceptorDeps): Acceptor {
  const { catalog, clock, limits } = deps;
  const count = {
    received: 0,
    accepted: 0,
    deliveries: 0,
    dropped: 0,
    delayed: 0,
    refused: 0,
    unregistered: 0,
    badRouting: 0,
    reserved: 0,
    duplicates: 0,
  };
  const latest: { badRouting?: string; refused?: string; reserved?: string } = {};
  let waiting = 0;
  let waitingBytes = 0;
  const idleWaiters: (() => void)[] = [];
  const keep = makeKeep(deps);

  const take = (incoming: Incoming): void => {
    count.received++;
    if (deps.isReserved(incoming.subject)) {
      count.reserved++;
      latest.reserved = incoming.subject;
      conclude(incoming, true);
      return;
    }
    const view = new MessageView(incoming.subject, incoming.headers, incoming.payload);
    const matched = match(catalog, view);
    // Its event may have been registered a moment ago through another instance, while the stream, or a subject that is tried out
    // here, brought its message: the catalog is asked for before a message is left out.
    const size = weightOf(incoming) + (matched?.webhooks.length ?? 0) * DELIVERY_OVERHEAD;
    // Alone, any message is taken: one that never fits would come again from its stream for ever.
    if (waiting >= limits.maxMessages || (waiting > 0 && waitingBytes + size > limits.maxBytes)) {
      if (incoming.done) count.delayed++;
      else count.dropped++;
      conclude(incoming, false, () => ({ error: 'hukz is overloaded and did not take this message' }));
      return;
    }
    void takeIn({ incoming, view, matched, size });
  };

  /** Never rejects. */
  const takeIn = async (taken: Taken) => {
    const { incoming, size } = taken;
    waiting++;
    waitingBytes += size;
    try {
      await store(taken);
    } catch (error) {
      count.refused++;
      latest.refused = `${incoming.subject}: ${messageOf(error)}`;
      conclude(incoming, false, () => ({ error: 'the message could not be stored' }));
    }
    waiting--;
    waitingBytes -= size;
    if (waiting === 0) for (const resolve of idleWaiters.splice(0)) resolve();
  };

  /** Matches again for as long as the catalog changes under it, or has not heard of the event. */
  const store = async ({ incoming, view, matched: first }: Taken) => {
    const message = toMessage(incoming);
    view.moveTo(message.payload);
    const isOfStream = incoming.identity !== undefined;
    let matched = first;
    for (let tries = 1; ; tries++) {
      if (!matched || tries > 1) {
        await deps.catchUp();
        matched = match(catalog, view);
      }
      if (!matched || isUnwanted(matched)) return leaveOut(incoming, matched);
      const { webhooks, stamp } = matched;
      const catalogStamp = tries < MAX_MATCHES ? stamp : undefined;
      const kept = await keep({ message, view, webhooks, catalogStamp, isOfStream });
      if (kept.accepted.stale) continue;
      report(incoming, message.id, kept.accepted, matched);
      takeTurns(incoming, kept);
      return;
    }
  };

  /** Of a stream, what came again too: whoever had committed it may have died before the acknowledgement. */
  const takeTurns = ({ identity }: Incoming, { accepted, deliveries }: Kept) => {
    if (identity) {
      const isOrdered = deliveries.some(({ isNumberedLater }) => isNumberedLater);
      if (isOrdered) deps.committedInStream(identity.stream, identity.sequence);
      return;
    }
    if (!accepted.isNew) return;
    for (const { webhookId, orderKey } of deliveries) if (orderKey) deps.next(webhookId, orderKey);
  };

  const isUnwanted = (matched: Matched) => matched.webhooks.length === 0 && !deps.storeUnmatched;

  const leaveOut = (incoming: Incoming, matched: Matched | undefined): void => {
    if (!matched) count.unregistered++;
    conclude(incoming, true, () =>
      matched
        ? { message_id: null, webhooks: 0, ...because(matched.problem) }
        : { error: 'no event is registered for this subject' },
    );
  };

  const toMessage = ({ subject, headers, payload, identity }: Incoming): Message => {
    const receivedAt = identity?.receivedAt ?? clock.now();
    const id = identity?.id ?? deps.makeId(receivedAt);
    const made = envelope(subject, receivedAt, payload);
    return { id, receivedAt, subject, headers, payload: made.payload, body: made.body };
  };

  const report = (
    incoming: Incoming,
    id: string,
    { refused, isNew }: Accepted,
    { problem, webhooks }: Matched,
  ): void => {
    if (problem) {
      count.badRouting++;
      latest.badRouting = `${incoming.subject}: ${problem}`;
    }
    if (refused !== undefined) {
      count.refused++;
      conclude(incoming, true, () => ({ error: `the message could not be stored: ${refused}` }));
    } else if (!isNew) {
      count.duplicates++;
      // The id of the first message may be another publisher's.
      conclude(incoming, true, () => ({ message_id: null, webhooks: 0, duplicate: true }));
    } else {
      count.accepted++;
      count.deliveries += webhooks.length;
      conclude(incoming, true, () => ({ message_id: id, webhooks: webhooks.length, ...because(problem) }));
    }
  };

  return {
    take(incoming) {
      try {
        take(incoming);
      } catch (error) {
        count.refused++;
        latest.refused = `${incoming.subject}: ${messageOf(error)}`;
        conclude(incoming, false, () => ({ error: 'the message could not be stored' }));
      }
    },
    stats: () => ({ ...count, waiting, waitingBytes, latest }),
    idle: () => (waiting === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
  };
}

/** Tells where it came from that we are done with a message, and the publisher, if it asked, what became of it. */
function conclude(incoming: Incoming, stored: boolean, answer?: () => Readonly<Record<string, unknown>>): void {
  try {
    incoming.done?.(stored);
    if (answer) incoming.answer?.(JSON.stringify(answer()));
  } catch {
    // The connection has closed: a publisher is not told, a stream delivers again what is in the journal already.
  }
}

const because = (problem: string | undefined) => (problem ? { error: problem } : {});
