import { setImmediate } from 'node:timers/promises';
import type { Publication, PublishOutcome } from '../../domain/message/publication.js';
import { AppError } from '../../errors.js';
import { SeveralRefusals } from '../bodies/several-refusals.js';
import { STATUS_OF } from '../http/error-table.js';
import { type Parsed, Refused } from './batch.js';
import { answerTo, type Published } from './publish-answer.js';
import type { Publishing } from './publishing.js';

export const ACCEPTED_STATUS = 202;

/** One line of the answer to a batch. */
export type BatchLine =
  | ({ readonly status: typeof ACCEPTED_STATUS } & Published)
  | {
      readonly status: number;
      readonly errors: readonly { readonly code: number; readonly message: string; readonly source?: string }[];
    };

/** A turn of the event loop may accept messages for this time. Nearly every batch is accepted in one turn. */
const TICK_MS = 10;
/** The clock is read once for this number of messages. */
const CLOCK_EVERY = 32;

/** Publishes one message. @throws {AppError} the refusal */
export async function publishOne(publishing: Publishing, publication: Publication): Promise<Published> {
  await requireNoTrouble(publishing);
  const answer = answerTo(await publishing.publish(publication), publication.subject);
  if (answer instanceof AppError || answer instanceof SeveralRefusals) throw answer;
  publishing.onAnswer(ACCEPTED_STATUS);
  return answer;
}

/**
 * Publishes the messages of a batch in their order and in one turn of the event loop, so that the journal commits them
 * together. The answers have the same order. @throws {AppError} if no message can be accepted
 */
export async function publishBatch(publishing: Publishing, messages: readonly Parsed[]): Promise<readonly BatchLine[]> {
  await requireNoTrouble(publishing);
  const outcomes: (Promise<PublishOutcome> | undefined)[] = [];
  let turnBegan = performance.now();
  for (const [index, message] of messages.entries()) {
    if (index % CLOCK_EVERY === 0 && performance.now() - turnBegan > TICK_MS) {
      await setImmediate();
      turnBegan = performance.now();
    }
    const outcome = message instanceof Refused ? undefined : publishing.publish(message);
    // A rejection is handled only after all messages are published. Until then the promise has no listener.
    outcome?.catch(() => undefined);
    outcomes.push(outcome);
  }
  const settled = await Promise.all(outcomes);
  return messages.map((message, index) => {
    const line = lineOf(message, settled[index]);
    publishing.onAnswer(line.status);
    return line;
  });
}

function lineOf(message: Parsed, outcome: PublishOutcome | undefined): BatchLine {
  if (message instanceof Refused || !outcome) return refusedLine(message instanceof Refused ? message.errors : []);
  const answer = answerTo(outcome, message.subject);
  if (answer instanceof SeveralRefusals) return refusedLine(answer.refusals);
  return answer instanceof AppError ? refusedLine([answer]) : { status: ACCEPTED_STATUS, ...answer };
}

function refusedLine(errors: readonly AppError[]): BatchLine {
  const told = errors.map(({ code, message, source }) => ({
    code: STATUS_OF[code],
    message,
    ...(source !== undefined && { source }),
  }));
  return { status: told[0]?.code ?? STATUS_OF.unprocessable, errors: told };
}

async function requireNoTrouble(publishing: Publishing): Promise<void> {
  const trouble = await publishing.trouble();
  const answer = trouble && answerTo(trouble, '');
  if (answer instanceof AppError) throw answer;
}
