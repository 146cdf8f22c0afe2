import type { GrantedToken } from '../../identity/token-grant.js';
import type { JournalPool } from '../journal/journal-pool.js';
import { type TokenRow, toGranted } from './token-row.js';

/** A version of all tokens, by the stamp of the row that got it. */
export interface TokensVersion {
  readonly version: string;
  readonly stamp: string;
}

/** A token by which callers are recognised. */
export interface LivingToken extends GrantedToken {
  readonly digest: Buffer;
  readonly previous: { readonly digest: Buffer; readonly until: Date } | undefined;
}

export interface TokenChanges {
  /** The history that is known does not continue: the changes are all tokens. */
  readonly isWhole: boolean;
  readonly living: readonly LivingToken[];
  readonly revoked: readonly number[];
  /** Undefined if there has never been a token. */
  readonly latest: TokensVersion | undefined;
}

interface ChangedRow extends TokenRow {
  readonly version: string;
  readonly stamp: string;
  readonly digest: Buffer;
  readonly previous_digest: Buffer | null;
  readonly revoked_at: Date | null;
}

/** The row of the known version comes first, as proof that the history is the same. */
const CHANGES = {
  name: 'token-changes',
  text: `
    select id, created_by_id, role, scopes, spaces, events, expires_at, digest, previous_digest, previous_until,
      revoked_at, version, stamp
    from tokens where version >= $1 order by version`,
};

/** Loads what changed after a version, or all tokens if the store does not have that version any more. */
export async function loadTokenChanges(pool: JournalPool, known: TokensVersion | undefined): Promise<TokenChanges> {
  const rows = await pool.run<ChangedRow>(CHANGES, [known?.version ?? 0]);
  const [first] = rows;
  const isContinued = known !== undefined && first?.version === known.version && first.stamp === known.stamp;
  if (known !== undefined && !isContinued) return loadTokenChanges(pool, undefined);
  const last = rows.at(-1);
  return {
    isWhole: !isContinued,
    living: rows.filter(({ revoked_at }) => revoked_at === null).map(toLiving),
    revoked: rows.flatMap(({ id, revoked_at }) => (revoked_at === null ? [] : id)),
    latest: last && { version: last.version, stamp: last.stamp },
  };
}

const toLiving = (row: ChangedRow): LivingToken => ({
  ...toGranted(row),
  digest: row.digest,
  previous:
    row.previous_digest && row.previous_until ? { digest: row.previous_digest, until: row.previous_until } : undefined,
});

/** Records the use of tokens, by the minute. */
export async function recordTokenUse(pool: JournalPool, ids: readonly number[]): Promise<void> {
  const text = `
    update tokens set last_used_at = date_trunc('minute', now())
    where id = any($1::int[]) and last_used_at is distinct from date_trunc('minute', now())`;
  await pool.run({ text }, [ids]);
}

/** Removes tokens that were revoked or have expired longer ago. */
export async function removeOldTokens(pool: JournalPool, olderThanMs: number): Promise<void> {
  const text = `delete from tokens where least(revoked_at, expires_at) < now() - $1 * interval '1 ms'`;
  await pool.run({ text }, [olderThanMs]);
}
