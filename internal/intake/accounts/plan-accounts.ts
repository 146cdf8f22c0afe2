import type { ResourceName } from '../../domain/message/headers/resource-name.js';
import type { AccountFile } from './account-files.js';
import { parseAccountName } from './account-name.js';
import type { Creds } from './creds.js';

/** Each account is a connection per process, and a subscription per event. */
export const MAX_ACCOUNTS = 200;

/** An account whose messages are to be received. */
export interface WantedAccount {
  readonly name: string;
  readonly space: ResourceName;
  readonly version: string;
  readonly creds: Creds;
}

/** A file that is not used. */
export interface RefusedFile {
  readonly name: string;
  readonly problem: string;
  /** Whether a connection that was opened with the former content of the file stays open. */
  readonly keeps: boolean;
}

export interface AccountPlan {
  readonly wanted: readonly WantedAccount[];
  readonly refused: readonly RefusedFile[];
  /** The names of the files beyond the maximum. */
  readonly beyond: readonly string[];
}

export interface PlanContext {
  /** The public keys of the accounts that are received now, by the names of their files. */
  readonly running: ReadonlyMap<string, string>;
  /** The account of the connection that belongs to no space, if it is known. */
  readonly ownAccount: string | undefined;
  /** The number of a space. Undefined if no space has the key. */
  idOf(space: ResourceName): number | undefined;
}

type Candidate = WantedAccount & { readonly id: number };

/** Decides which files are used. A file that cannot be used refuses no other one. */
export function planAccounts(files: readonly AccountFile[], context: PlanContext): AccountPlan {
  const judged = files.map((file) => judge(file, context));
  const candidates = judged.filter((one) => 'creds' in one);
  const wanted: WantedAccount[] = [];
  const refused: RefusedFile[] = judged.filter((one) => 'problem' in one);
  for (const one of candidates) {
    const rival = rivalOf(one, candidates, files, context);
    if (rival === undefined) wanted.push(one);
    else refused.push({ name: one.name, keeps: true, problem: sharedWith(rival) });
  }
  // Those that are received already go first, so that a new file never ends the connection of another one.
  const isRunning = ({ name }: WantedAccount) => context.running.has(name);
  const inOrder = [...wanted.filter(isRunning), ...wanted.filter((one) => !isRunning(one))];
  const beyond = inOrder.slice(MAX_ACCOUNTS).map(({ name }) => name);
  return { wanted: inOrder.slice(0, MAX_ACCOUNTS), refused, beyond };
}

function judge(file: AccountFile, { ownAccount, idOf }: PlanContext): Candidate | RefusedFile {
  const { name } = file;
  const space = parseAccountName(name);
  if (!space.ok) return { name, keeps: false, problem: space.problem };
  if ('problem' in file)
    return { name, keeps: true, problem: `the file cannot be used (${file.problem}); put a creds file there` };
  const id = idOf(space.value);
  if (id === undefined)
    return { name, keeps: false, problem: `no space has the key "${name}": create the space, or rename the file` };
  if (file.creds.account === ownAccount)
    return {
      name,
      keeps: true,
      problem: 'NATS_CREDS_FILE is of the same NATS account; give the space its own account',
    };
  return { name, space: space.value, version: file.version, creds: file.creds, id };
}

/**
 * Returns the file of another space whose credentials belong to the same NATS account. NATS would deliver each message
 * to one of the two connections, so that its space would be a matter of chance. If one of the two is received already,
 * its messages are of its space, and only the new file is refused.
 */
function rivalOf(one: Candidate, all: readonly Candidate[], files: readonly AccountFile[], context: PlanContext) {
  const { account } = one.creds;
  const { running, idOf } = context;
  if (running.get(one.name) === account) return undefined;
  const isOther = (name: string) => {
    const space = parseAccountName(name);
    return space.ok && idOf(space.value) !== one.id;
  };
  const rival =
    all.find(({ name, creds }) => creds.account === account && isOther(name)) ??
    files.find(({ name }) => running.get(name) === account && isOther(name));
  return rival?.name;
}

const sharedWith = (rival: string) =>
  `"${rival}" has credentials of the same NATS account, and is of another space; give each space its own account`;
