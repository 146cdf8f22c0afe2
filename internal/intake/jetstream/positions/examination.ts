import type { Message } from '../../../domain/message/message.js';
import type { StoredPosition } from '../../../domain/streams/consumer-position.js';
import type { StoredFor } from '../../would-store.js';
import { makePositionId } from '../stream-position.js';
import { floorOf, type Look } from './look.js';
import { type ProbeDeps, type ProbedMessage, probeStream } from './stream-probe.js';

export interface ExaminationDeps extends Omit<ProbeDeps, 'connection' | 'manager'> {
  /** The event and the webhooks for which the journal would store an arriving message. */
  wouldStore(message: Pick<Message, 'subject' | 'headers' | 'receivedAt'>): StoredFor | undefined;
  /** Ids of the messages that the journal does not have. */
  findAbsent(messages: readonly SoughtMessage[]): Promise<ReadonlySet<string>>;
  /** The times at which events and webhooks were made or changed, in milliseconds since 1970. */
  loadChangedAt(ids: Readonly<Record<'events' | 'webhooks', readonly number[]>>): Promise<ChangedAt>;
}

type ChangedAt = Readonly<Record<'events' | 'webhooks', ReadonlyMap<number, number>>>;

type SoughtMessage = Pick<Message, 'id' | 'subject' | 'headers' | 'receivedAt'>;

/** A message that the journal does not have. Its consumer may not have received its acknowledgement either. */
export interface Doubt extends SoughtMessage {
  readonly sequence: number;
}

export interface Examined {
  /** Whether a message is acknowledged that the journal does not have. */
  readonly isBehind: boolean;
  /** The other messages that the journal does not have. They are redelivered, or turn out to be acknowledged. */
  readonly doubts: readonly Doubt[];
}

/**
 * Compares the messages that a consumer has delivered since the database last stored its position with the journal. An
 * acknowledgement is sent after the commit, so that each message up to the acknowledged sequence is in the journal,
 * unless the database has gone back since.
 */
export async function examine(deps: ExaminationDeps, look: Look, known: StoredPosition): Promise<Examined> {
  const { target, stream, consumer, filter } = look;
  const [from, to] = [known.acknowledged + 1, consumer.delivered.stream_seq];
  const doubts: Doubt[] = [];
  if (from > to) return { isBehind: false, doubts };
  const idOf = makePositionId({ name: target.stream, created: stream.created });
  const toDoubt = ({ position, subject, headers }: ProbedMessage): Doubt => ({
    subject,
    headers,
    id: idOf(position),
    receivedAt: position.storedAt,
    sequence: position.streamSequence,
  });
  const floor = floorOf(consumer);
  for await (const messages of probeStream({ ...deps, ...look }, { stream: target.stream, filter, from, to })) {
    const absent = await absentOf(deps, messages.map(toDoubt));
    if (absent.some(({ sequence }) => sequence <= floor)) return { isBehind: true, doubts };
    doubts.push(...absent);
  }
  return { isBehind: false, doubts };
}

/** Examines the doubtful messages again that are acknowledged by now. */
export async function examineAgain(deps: ExaminationDeps, look: Look, doubts: readonly Doubt[]): Promise<Examined> {
  const floor = floorOf(look.consumer);
  const decided = doubts.filter(({ sequence }) => sequence <= floor);
  const absent = await absentOf(deps, decided);
  return { isBehind: absent.length > 0, doubts: doubts.filter(({ sequence }) => sequence > floor) };
}

async function absentOf(deps: ExaminationDeps, doubts: readonly Doubt[]): Promise<readonly Doubt[]> {
  const wanted = doubts.filter(deps.wouldStore);
  if (wanted.length === 0) return wanted;
  const absent = await deps.findAbsent(wanted);
  return storedCertainly(
    deps,
    wanted.filter(({ id }) => absent.has(id)),
  );
}

/**
 * Leaves out the messages that are older than the reason to store them today: an event or a webhook that was made, or
 * got its event, later. A database that went back has the events and webhooks of a time before the messages that it
 * lost.
 */
async function storedCertainly(deps: ExaminationDeps, absent: readonly Doubt[]): Promise<readonly Doubt[]> {
  if (absent.length === 0) return absent;
  const reasons = absent.map((doubt) => ({ doubt, storedFor: deps.wouldStore(doubt) }));
  const events = new Set(reasons.flatMap(({ storedFor }) => storedFor?.events ?? []));
  const webhooks = new Set(reasons.flatMap(({ storedFor }) => storedFor?.webhooks ?? []));
  const changedAt = await deps.loadChangedAt({ events: [...events], webhooks: [...webhooks] });
  const isOlder = (at: number, ids: readonly number[], times: ReadonlyMap<number, number>) =>
    ids.some((id) => (times.get(id) ?? Number.POSITIVE_INFINITY) < at);
  const isCertain = ({ receivedAt }: Doubt, storedFor: StoredFor | undefined) =>
    storedFor !== undefined &&
    isOlder(receivedAt, storedFor.events, changedAt.events) &&
    (storedFor.webhooks === undefined || isOlder(receivedAt, storedFor.webhooks, changedAt.webhooks));
  return reasons.filter(({ doubt, storedFor }) => isCertain(doubt, storedFor)).map(({ doubt }) => doubt);
}
