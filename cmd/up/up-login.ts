import { findUpToken } from './token-file.js';
import type { UpState } from './up-state.js';

/** How a command says to a running `hukz up` who calls it: by its token, or as user 1 if it accepts no tokens. */
export interface UpLogin {
  readonly token?: string;
  readonly user?: string;
}

export async function findUpLogin(cwd: string, { acceptsTokens = false }: UpState): Promise<UpLogin> {
  if (!acceptsTokens) return { user: '1' };
  const token = await findUpToken(cwd);
  return token === undefined ? {} : { token };
}
