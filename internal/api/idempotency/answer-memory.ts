import { createHash } from 'node:crypto';
import { AppError, messageOf } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Logger } from '../../logger.js';
import {
  claimRequest,
  type FirstRequest,
  forgetRequest,
  rememberAnswer,
} from '../../store/idempotency/idempotent-requests.js';
import type { Db } from '../../store/postgres/knex.js';
import { InvalidFields } from '../bodies/invalid-fields.js';
import { ChangeStored } from '../catalog-change.js';
import type { Answer, Endpoint } from '../http/endpoint.js';
import type { JsonPart } from '../http/pieces.js';

export const KEY_HEADER = 'Idempotency-Key';
/** Visible characters and spaces of ASCII. */
export const KEY_FORM = /^[ -~]{1,255}$/;
/** A larger answer is not remembered, so that a row and the memory of a request are bounded. */
const MAX_CONTENT_BYTES = 256 * 1024;
/** A request that has not been answered after this time was cut off by a crash or an outage. */
const MAX_RUNNING_MS = 120_000;

/** Its answer has `Retry-After`. */
export class InProgress extends AppError {
  constructor() {
    super('conflict', 'the first request with this Idempotency-Key is in progress; try again in 1 s', KEY_HEADER);
  }
}

/** A request with a key. */
export interface KeyedRequest {
  readonly key: string;
  readonly principal: Principal;
  readonly path: string;
  /** The query and the body. */
  readonly content: unknown;
}

/** An answer of a request with a key. */
export interface KeyedAnswer {
  readonly answer: Answer;
  readonly isReplayed: boolean;
}

/** Whether the API remembers the answers of an endpoint. Publishing has a memory of its own, which NATS shares. */
export const remembersAnswers = ({ method, forms }: Pick<Endpoint, 'method' | 'forms'>) => method === 'post' && !forms;

/**
 * Answers a request with an `Idempotency-Key` once: a repeated request gets the first answer and changes nothing. The
 * key is claimed before the change, in a transaction of its own. After a crash between the two, the key is refused
 * until it is forgotten, because a refusal is better than a second webhook.
 * @throws {AppError} `unprocessable` for the key of another request, `conflict` while the outcome is not known
 */
export async function answerOnce(
  deps: { readonly db: Db; readonly logger: Logger },
  { key, principal, path, content }: KeyedRequest,
  work: () => Promise<Answer>,
  shownOnce: readonly string[] = [],
): Promise<KeyedAnswer> {
  if (!KEY_FORM.test(key))
    throw new AppError('unprocessable', 'Idempotency-Key has 1 to 255 visible characters of ASCII', KEY_HEADER);
  const digests = { id: digestOf([principal.subject, path, key]), request: digestOf([key, content]) };
  const first = await claimRequest(deps.db, digests);
  if (first) return { answer: replayed(first, digests.request), isReplayed: true };
  const answer = await forgettingRefusals(deps, digests.id, work);
  const { whole, content: bytes } = await collected(answer);
  try {
    const kept = bytes && shownOnce.length > 0 ? withoutMembers(bytes, shownOnce) : bytes;
    const revision = ('revision' in answer ? answer.revision : undefined) ?? null;
    await rememberAnswer(deps.db, digests.id, { status: answer.status, content: kept ?? null, revision });
  } catch (error) {
    deps.logger.warn('api.answer_not_remembered', { path, error: messageOf(error) });
  }
  return { answer: whole, isReplayed: false };
}

function replayed({ request, status, content, revision, ageMs }: FirstRequest, asked: Buffer): Answer {
  if (!Buffer.from(request).equals(asked))
    throw new AppError('unprocessable', 'this Idempotency-Key belongs to another request; use a new key', KEY_HEADER);
  if (status !== null && content) return { status, jsonParts: only(content), ...(revision !== null && { revision }) };
  if (status === null && ageMs < MAX_RUNNING_MS) throw new InProgress();
  const outcome =
    status === null
      ? 'the outcome of the first request with this Idempotency-Key is not known'
      : `the first request with this Idempotency-Key was answered with ${status}, and its answer was too large to remember`;
  throw new AppError('conflict', `${outcome}; read what is stored before you send it with a new key`, KEY_HEADER);
}

/** A refusal has changed nothing, so that the same request may succeed later under the same key. */
async function forgettingRefusals(
  { db }: { readonly db: Db },
  id: Buffer,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    const isRefusal = error instanceof InvalidFields || (error instanceof AppError && !(error instanceof ChangeStored));
    if (isRefusal) await forgetRequest(db, id);
    throw error;
  }
}

/** The answer, and its bytes if they are not too many to remember. */
async function collected(answer: Answer): Promise<{ readonly whole: Answer; readonly content?: Buffer }> {
  if ('json' in answer) {
    const bytes = Buffer.from(JSON.stringify(answer.json) ?? 'null');
    return { whole: answer, ...(bytes.length <= MAX_CONTENT_BYTES && { content: bytes }) };
  }
  if (!('jsonParts' in answer)) return { whole: answer };
  const rest = answer.jsonParts[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let size = 0;
  for (let next = await rest.next(); ; next = await rest.next()) {
    if (next.done) {
      const content = Buffer.concat(parts);
      return { whole: { ...answer, jsonParts: only(content) }, content };
    }
    const part = Buffer.from(next.value);
    parts.push(part);
    size += part.length;
    if (size > MAX_CONTENT_BYTES) return { whole: { ...answer, jsonParts: startingWith(parts, rest) } };
  }
}

async function* only(content: Buffer): AsyncGenerator<JsonPart> {
  yield content;
}

async function* startingWith(begun: readonly JsonPart[], rest: AsyncIterator<JsonPart>): AsyncGenerator<JsonPart> {
  yield* begun;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** A secret that is shown once is not stored with the answer, and a repeated request does not get it. */
function withoutMembers(content: Buffer, names: readonly string[]): Buffer {
  const members = Object.entries(JSON.parse(Buffer.from(content).toString()));
  return Buffer.from(JSON.stringify(Object.fromEntries(members.filter(([name]) => !names.includes(name)))));
}

/** A key is not stored, so that a digest does not disclose a short secret of a body by trying all of them. */
function digestOf(value: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest();
}
