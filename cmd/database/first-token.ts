import { AUDIT_FORMS } from '../../internal/api/audit/audit-forms.js';
import { type Audit, auditedBy } from '../../internal/store/audit/audited.js';
import type { Db } from '../../internal/store/postgres/knex.js';
import { insertToken, type ShownOnce } from '../../internal/store/tokens/tokens.js';

/** A command that reaches the database makes tokens without a token. */
const COMMAND: Audit = {
  principal: 'database',
  ofAllSpaces: true,
  requestId: undefined,
  address: undefined,
  action: 'token.create',
  forms: AUDIT_FORMS,
};

export interface FirstToken {
  readonly name: string;
  readonly role: string;
  /** Null means all spaces. */
  readonly spaces: readonly number[] | null;
  /** The user whose changes the changes of the token are. */
  readonly userId: number;
}

/** Stores a token in the database, without the API. */
export function storeFirstToken(db: Db, { userId, ...token }: FirstToken): Promise<ShownOnce> {
  const grant = { ...token, scopes: null, events: null, expiresAt: null };
  return insertToken(auditedBy(db, COMMAND), { subject: 'command', userId }, grant);
}
