import type { GrantedToken } from '../../identity/token-grant.js';

/** A token as its makers see it. Its text is not stored. */
export interface Token extends GrantedToken {
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** Until when the text from before the last rotation is valid too. */
  readonly previousUntil: Date | null;
}

/** Its columns; bigint columns arrive as text. */
export interface TokenRow {
  readonly id: number;
  readonly name: string;
  readonly created_at: Date;
  readonly created_by_id: string;
  readonly role: string | null;
  readonly scopes: readonly string[] | null;
  readonly spaces: readonly string[] | null;
  readonly events: readonly string[] | null;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly previous_until: Date | null;
}

export const TOKEN_COLUMNS: readonly (keyof TokenRow)[] = [
  ...(['id', 'name', 'created_at', 'created_by_id', 'role', 'scopes', 'spaces', 'events'] as const),
  ...(['expires_at', 'last_used_at', 'previous_until'] as const),
];

export const toToken = (row: TokenRow): Token => ({
  ...toGranted(row),
  name: row.name,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  previousUntil: row.previous_until,
});

type GrantRow = Pick<TokenRow, 'id' | 'created_by_id' | 'role' | 'scopes' | 'spaces' | 'events' | 'expires_at'>;

export const toGranted = (row: GrantRow): GrantedToken => ({
  id: row.id,
  createdById: Number(row.created_by_id),
  role: row.role,
  scopes: row.scopes,
  spaces: row.spaces?.map(Number) ?? null,
  events: row.events,
  expiresAt: row.expires_at,
});
