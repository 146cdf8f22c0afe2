import type { Db } from '../postgres/knex.js';

/** How long the answer to a request with an `Idempotency-Key` is remembered. */
export const REMEMBERED_MS = 86_400_000;

/** A request, by digests. */
export interface RequestDigests {
  /** Of the principal, the path and the key. */
  readonly id: Buffer;
  /** Of the query and the body. */
  readonly request: Buffer;
}

/** The answer to a request. */
export interface RememberedAnswer<Status = number> {
  readonly status: Status;
  /** The JSON of the answer; null if it was too large. */
  readonly content: Buffer | null;
  /** The revision of the resource in the answer; null if it has none. */
  readonly revision: number | null;
}

/** The first request with a key. `status` is null until the request has been answered. */
export interface FirstRequest extends RememberedAnswer<number | null> {
  readonly request: Buffer;
  readonly ageMs: number;
}

const CLAIM = `
  insert into idempotent_requests as mine (id, request) values (?, ?)
  on conflict (id) do update set request = excluded.request, created_at = now(), status = null, content = null,
    revision = null
  where mine.created_at < now() - ? * interval '1 ms'
  returning 1`;
const FIND = `
  select request, status, content, revision, extract(epoch from now() - created_at)::float8 * 1000 as "ageMs"
  from idempotent_requests where id = ?`;

/**
 * Claims a key for a request. Returns the first request with the key if there is one, and undefined if this one is the
 * first. The claim is committed before the request changes anything.
 */
export async function claimRequest(db: Db, { id, request }: RequestDigests): Promise<FirstRequest | undefined> {
  const claimed: { rows: unknown[] } = await db.raw(CLAIM, [id, request, REMEMBERED_MS]);
  if (claimed.rows.length > 0) return undefined;
  const found: { rows: FirstRequest[] } = await db.raw(FIND, [id]);
  // The first request was refused in this moment, and its key is free again. The caller may try once more.
  return found.rows[0] ?? { request, ageMs: 0, status: null, content: null, revision: null };
}

export async function rememberAnswer(db: Db, id: Buffer, answer: RememberedAnswer): Promise<void> {
  const { status, content, revision } = answer;
  await db('idempotent_requests').where({ id }).update({ status, content, revision });
}

/** Frees the key of a request that was refused and has changed nothing. */
export async function forgetRequest(db: Db, id: Buffer): Promise<void> {
  await db.raw('delete from idempotent_requests where id = ? and status is null', [id]);
}
