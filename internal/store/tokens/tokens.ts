import { AppError } from '../../errors.js';
import type { Spaces } from '../../identity/principal.js';
import type { TokenGrant } from '../../identity/token-grant.js';
import { digestOf, makeTokenText } from '../../identity/token-text.js';
import { noteChange } from '../audit/audited.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { type ListOf, type Page, readPage } from '../postgres/list-page.js';
import { TOKEN_COLUMNS, type Token, type TokenRow, toToken } from './token-row.js';

export const TOKENS_ORDER: Keyset = { columns: [{ name: 'id', kind: 'integer' }], direction: 'asc' };

/** Every instance keeps all tokens in memory, about 1 KiB each. */
const MAX_TOKENS = 100_000;
/** A customer who makes tokens must not use up those of all others. */
const MAX_TOKENS_PER_MAKER = 1000;

/** The maker of a token. */
export interface TokenMaker {
  /** The subject of the principal who makes it. */
  readonly subject: string;
  readonly userId: number;
}

export interface NewToken extends TokenGrant {
  readonly name: string;
}

/** A token with its text, which is not stored. */
export interface ShownOnce {
  readonly token: Token;
  readonly text: string;
}

/** Creates a token. Too many tokens are refused as `conflict`. */
export async function insertToken(db: Db, { subject, userId }: TokenMaker, token: NewToken): Promise<ShownOnce> {
  return inTransaction(db, async (trx) => {
    await refuseTooMany(trx, subject);
    const { rows } = await trx.raw(`select nextval(pg_get_serial_sequence('tokens', 'id'))::int as id`);
    const text = makeTokenText(rows[0].id);
    const cells = {
      id: rows[0].id,
      name: token.name,
      role: token.role,
      scopes: token.scopes,
      spaces: token.spaces,
      events: token.events,
      expires_at: token.expiresAt,
      created_by_id: userId,
      made_by: subject,
      digest: digestOf(text),
    };
    const inserted: TokenRow[] = await trx('tokens').insert(cells).returning(TOKEN_COLUMNS);
    const after = toToken(onlyRow(inserted));
    noteChange(trx, 'token', { id: after.id, spaceId: spaceOf(after), after });
    return { token: after, text };
  });
}

/** A token of several spaces belongs to none of them. */
const spaceOf = ({ spaces }: Token) => (spaces?.length === 1 ? spaces[0] : undefined);

async function refuseTooMany(trx: Db, subject: string): Promise<void> {
  const { rows } = await trx.raw(
    `select count(*)::int as all, count(*) filter (where made_by = ?)::int as own from tokens where revoked_at is null`,
    [subject],
  );
  const [{ all, own }] = rows;
  if (all < MAX_TOKENS && (own < MAX_TOKENS_PER_MAKER || isOperator(subject))) return;
  const bound = all < MAX_TOKENS ? `this caller has made ${MAX_TOKENS_PER_MAKER} tokens` : 'there are too many tokens';
  throw new AppError('conflict', `${bound}: revoke those that are not needed`);
}

/** The command line, and users, who may do everything anyway. */
const isOperator = (subject: string) => subject === 'command' || subject.startsWith('user:');

/** The tokens that a principal of these spaces may see: those of no other space. */
const livingIn = (db: Db, spaces: Spaces) => {
  const living = db('tokens').whereNull('revoked_at');
  return spaces === 'all' ? living : living.whereRaw('spaces <@ ?::bigint[]', [[...spaces]]);
};

export async function listTokens(db: Db, spaces: Spaces, page: Page): Promise<ListOf<Token>> {
  const matching = livingIn(db, spaces);
  return readPage<TokenRow, Token>(
    db,
    { matching, order: TOKENS_ORDER, columns: TOKEN_COLUMNS, toNode: toToken },
    page,
  );
}

/** Finds a token that is not revoked, among those of these spaces. Any other is refused as `not_found`. */
export async function loadToken(db: Db, id: number, spaces: Spaces): Promise<Token> {
  return toToken(onlyRow(await livingIn(db, spaces).where({ id }).select(TOKEN_COLUMNS)));
}

/** Revokes a token, among those of these spaces. Any other is refused as `not_found`. */
export async function revokeToken(db: Db, id: number, spaces: Spaces): Promise<void> {
  await inTransaction(db, async (trx) => {
    const revoking = livingIn(trx, spaces).where({ id }).update({ revoked_at: trx.fn.now() });
    const before = toToken(onlyRow(await revoking.returning(TOKEN_COLUMNS)));
    noteChange(trx, 'token', { id, spaceId: spaceOf(before), before });
  });
}

/**
 * Gives a token a new text. The text before is valid for the overlap, and the one before that is not valid any more.
 * @param admit throws if the caller may not have a token with this grant
 */
export async function rotateToken(
  db: Db,
  which: { readonly id: number; readonly spaces: Spaces; readonly overlapMs: number },
  admit: (token: Token) => void,
): Promise<ShownOnce> {
  const { id, spaces, overlapMs } = which;
  return inTransaction(db, async (trx) => {
    const before = toToken(onlyRow(await livingIn(trx, spaces).where({ id }).forUpdate().select(TOKEN_COLUMNS)));
    admit(before);
    const text = makeTokenText(id);
    const hasOverlap = overlapMs > 0;
    const cells = {
      digest: digestOf(text),
      previous_digest: hasOverlap ? trx.ref('digest') : null,
      previous_until: hasOverlap ? trx.raw(`now() + ? * interval '1 ms'`, [overlapMs]) : null,
    };
    const rotated: TokenRow[] = await trx('tokens').where({ id }).update(cells).returning(TOKEN_COLUMNS);
    const after = toToken(onlyRow(rotated));
    noteChange(trx, 'token', { id, spaceId: spaceOf(after), before, after, secrets: ['token'] });
    return { token: after, text };
  });
}

function onlyRow([row]: readonly TokenRow[]): TokenRow {
  if (!row) throw new AppError('not_found', 'Record not found');
  return row;
}
