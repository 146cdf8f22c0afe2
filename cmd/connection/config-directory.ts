import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Invocation } from '../invocation.js';

/** The directory of a user's settings for the command line: `$XDG_CONFIG_HOME/hukz`, or `~/.config/hukz`. */
export function configDirectory({ env }: Pick<Invocation, 'env'>): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME ?? homedir(), '.config'), 'hukz');
}
