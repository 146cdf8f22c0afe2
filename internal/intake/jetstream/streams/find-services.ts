import { Empty, ErrorCode, type NatsConnection, NatsError, RequestStrategy } from 'nats';
import { z } from 'zod';
import { messageOf } from '../../../errors.js';

/** The NATS services protocol: every instance of every service answers. */
const SUBJECT = '$SRV.INFO';
/** The total time in which services have to answer. A server without services reports that immediately. */
const MAX_WAIT_MS = 500;
/**
 * Maximum number of answers, because any NATS user who may subscribe to `$SRV.INFO` can answer as often as that user
 * likes.
 */
const MAX_ANSWERS = 2000;
const MAX_ANSWER_BYTES = 64 * 1024;
export const MAX_SUBJECTS = 2000;
const MAX_SUBJECT_LENGTH = 1024;

export interface FoundServices {
  /** The subjects on which services answer requests. */
  readonly subjects: readonly string[];
  /** The reason why there may be more of them, in one sentence. */
  readonly problem: string | undefined;
}

const answerForm = z.object({
  endpoints: z.array(z.object({ subject: z.string().min(1).max(MAX_SUBJECT_LENGTH) })).nullish(),
});

/** Asks all services for the subjects on which they answer. Does not throw. */
export async function findServices(connection: NatsConnection): Promise<FoundServices> {
  const subjects = new Set<string>();
  let answers = 0;
  let unreadable = 0;
  try {
    // `JitterTimer` is not used, because it makes the client wait again after each answer, for as long as answers
    // arrive.
    const options = { strategy: RequestStrategy.Timer, maxWait: MAX_WAIT_MS };
    for await (const { data } of await connection.requestMany(SUBJECT, Empty, options)) {
      const its = subjectsIn(data);
      if (its) for (const subject of its) subjects.add(subject);
      else unreadable++;
      answers++;
      if (answers >= MAX_ANSWERS || subjects.size >= MAX_SUBJECTS) break;
    }
  } catch (error) {
    if (isNone(error)) return { subjects: [], problem: undefined };
    return { subjects: [...subjects], problem: `the request to ${SUBJECT} failed (${messageOf(error)})` };
  }
  return { subjects: [...subjects].slice(0, MAX_SUBJECTS), problem: problemOf(answers, unreadable, subjects.size) };
}

function problemOf(answers: number, unreadable: number, subjects: number): string | undefined {
  if (answers >= MAX_ANSWERS) return `${SUBJECT} has ${MAX_ANSWERS} answers or more, of which no more were read`;
  if (subjects >= MAX_SUBJECTS)
    return `services answer on ${MAX_SUBJECTS} subjects or more, of which no more are known`;
  return unreadable > 0 ? `${unreadable} of ${answers} answers to ${SUBJECT} cannot be read` : undefined;
}

/** Undefined means that the data is no answer of the protocol. */
function subjectsIn(data: Uint8Array): readonly string[] | undefined {
  if (data.length > MAX_ANSWER_BYTES) return undefined;
  try {
    const { endpoints } = answerForm.parse(JSON.parse(Buffer.from(data).toString()));
    return (endpoints ?? []).map(({ subject }) => subject);
  } catch {
    return undefined;
  }
}

const isNone = (error: unknown) => error instanceof NatsError && error.code === ErrorCode.NoResponders;
