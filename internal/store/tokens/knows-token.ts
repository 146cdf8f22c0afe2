import type { ShownToken } from '../../identity/token-text.js';
import type { Db } from '../postgres/knex.js';

/** Whether the text of a token, by its digest, is the present one of a token that is neither revoked nor expired. */
export async function knowsToken(db: Db, { id, digest }: ShownToken): Promise<boolean> {
  const living = db('tokens').where({ id, digest }).whereNull('revoked_at');
  const row = await living.whereRaw('coalesce(expires_at > now(), true)').first('id');
  return row !== undefined;
}
