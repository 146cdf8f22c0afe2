import { Empty, ErrorCode, type NatsConnection, NatsError, RequestStrategy } from 'nats';
import { z } from 'zod';
import { messageOf } from '../../../errors.js';

/** The NATS services protocol: every instance of every service answers. */
const SUBJECT = '$SRV.INFO';
/** How long services have to answer, in all; a server on which there is none says so at once. */
const MAX_WAIT_MS = 500;
/** Any NATS user who may subscribe to `$SRV.INFO` can answer, as often as that user likes. */
const MAX_ANSWERS = 2000;
const MAX_ANSWER_BYTES = 64 * 1024;
export const MAX_SUBJECTS = 2000;
const MAX_SUBJECT_LENGTH = 1024;

export interface FoundServices {
  /** The subjects on which services answer requests. */
  readonly subjects: readonly string[];
  /** Why there may be more of them, in one sentence. */
  readonly problem: string | undefined;
}

const answerForm = z.object({
  endpoints: z.array(z.object({ subject: z.string().min(1).max(MAX_SUBJECT_LENGTH) })).nullish(),
});

/** Asks all services for the subjects that they answer on. Does not throw. */
export async function findServices(connection: NatsConnection): Promise<FoundServices> {
  const subjects = new Set<string>();
  let answers = 0;
  let unreadable = 0;
  try {
    // Not `JitterTimer`: with it, each answer makes the client wait anew, for as long as answers come.
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

/** Undefined when it is no answer of the protocol. */
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
