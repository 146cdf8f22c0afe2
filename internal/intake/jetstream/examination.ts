import type { StoredPosition } from '../../domain/consumer-position.js';
import type { Incoming } from '../incoming.js';
import { floorOf, type Look } from './look.js';
import { makePositionId } from './stream-position.js';
import { type ProbeDeps, type ProbedMessage, probeStream } from './stream-probe.js';

export interface ExaminationDeps extends Omit<ProbeDeps, 'connection' | 'manager'> {
  /** Whether the journal gets a message when it comes. */
  wouldStore(message: Pick<Incoming, 'subject' | 'headers'>): boolean;
  /** Ids of those that the journal does not have. */
  findAbsent(messages: readonly JournalKey[]): Promise<ReadonlySet<string>>;
}

interface JournalKey {
  readonly id: string;
  readonly receivedAt: number;
}

/** A message that the journal does not have. Its consumer may not have got its acknowledgement either. */
export interface Doubt extends JournalKey {
  readonly sequence: number;
}

export interface Examined {
  /** Whether a message is acknowledged that the journal does not have. */
  readonly isBehind: boolean;
  /** The others that it does not have: they come again, or turn out to be acknowledged. */
  readonly doubts: readonly Doubt[];
}

/**
 * Compares what a consumer was given since the database last wrote down its position with what the journal has. An
 * acknowledgement is sent after the commit, so that each message up to the acknowledged sequence is in the journal, unless the
 * database has gone back since.
 */
export async function examine(deps: ExaminationDeps, look: Look, known: StoredPosition): Promise<Examined> {
  const { target, stream, consumer, filter } = look;
  const [from, to] = [known.acknowledged + 1, consumer.delivered.stream_seq];
  const doubts: Doubt[] = [];
  if (from > to) return { isBehind: false, doubts };
  const idOf = makePositionId({ name: target.stream, created: stream.created });
  const toDoubt = ({ position }: ProbedMessage): Doubt => ({
    id: idOf(position),
    receivedAt: position.storedAt,
    sequence: position.streamSequence,
  });
  const floor = floorOf(consumer);
  for await (const messages of probeStream({ ...deps, ...look }, { stream: target.stream, filter, from, to })) {
    const absent = await absentOf(deps, messages.filter(deps.wouldStore).map(toDoubt));
    if (absent.some(({ sequence }) => sequence <= floor)) return { isBehind: true, doubts };
    doubts.push(...absent);
  }
  return { isBehind: false, doubts };
}

/** Looks again at what was doubted, as far as it is acknowledged by now. */
export async function examineAgain(deps: ExaminationDeps, look: Look, doubts: readonly Doubt[]): Promise<Examined> {
  const floor = floorOf(look.consumer);
  const decided = doubts.filter(({ sequence }) => sequence <= floor);
  const absent = await absentOf(deps, decided);
  return { isBehind: absent.length > 0, doubts: doubts.filter(({ sequence }) => sequence > floor) };
}

async function absentOf(deps: ExaminationDeps, doubts: readonly Doubt[]): Promise<readonly Doubt[]> {
  if (doubts.length === 0) return doubts;
  const absent = await deps.findAbsent(doubts);
  return doubts.filter(({ id }) => absent.has(id));
}
