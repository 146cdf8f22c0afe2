import { readdirSync, readFileSync } from 'node:fs';
import type { SpaceNames } from '../../domain/matching/space-names.js';
import type { Degradation } from '../../domain/streams/degradation.js';
import { messageOf } from '../../errors.js';
import type { Acceptor } from '../../intake/acceptor.js';
import { makeAccountAcceptor } from '../../intake/accounts/account-acceptor.js';
import { AccountFiles } from '../../intake/accounts/account-files.js';
import { accountLogger } from '../../intake/accounts/account-logger.js';
import { accountStore } from '../../intake/accounts/account-store.js';
import { Accounts } from '../../intake/accounts/accounts.js';
import { readCreds } from '../../intake/accounts/creds.js';
import { makeGate } from '../../intake/accounts/gate.js';
import type { WantedAccount } from '../../intake/accounts/plan-accounts.js';
import { makeSpaceDoor } from '../../intake/accounts/space-door.js';
import { watchDirectory } from '../../intake/accounts/watch-directory.js';
import { withAccounts } from '../../intake/accounts/with-accounts.js';
import type { FollowedCatalog } from '../../intake/followed-catalog.js';
import type { Intake } from '../../intake/intake.js';
import type { StreamStore } from '../../intake/jetstream/stream-store.js';
import { natsOptions } from '../../intake/nats-settings.js';
import { makeSeldomWarning } from '../../seldom-warning.js';
import { applicationName, type Base } from '../base.js';
import type { Registry } from '../wire-catalog.js';
import type { Source } from './open-intake.js';

export interface AccountParts {
  readonly registry: Registry;
  readonly accept: Acceptor['accept'];
  readonly followed: FollowedCatalog;
  storeFor(topic: string): StreamStore;
  open(source: Source): Intake;
}

/** The state of the NATS accounts of spaces, for operators. */
export interface AccountsView {
  degraded(): readonly Degradation[];
  count(): { readonly received: number; readonly unreceived: number };
  /** Number of messages that named another space than the one of their account. */
  claimsRefused(): number;
}

const NO_ACCOUNTS: AccountsView = {
  degraded: () => [],
  count: () => ({ received: 0, unreceived: 0 }),
  claimsRefused: () => 0,
};

/** Accounts that change their streams at the same time: each holds a connection to the database meanwhile. */
const CHANGING_AT_ONCE = 2;

/** Adds the NATS accounts of spaces to an intake, if there is a directory of them. */
export function wireAccounts(base: Base, own: Intake, parts: AccountParts): { intake: Intake; accounts: AccountsView } {
  const { accountsDirectory: directory, credsFile } = base.config.nats;
  if (directory === undefined) return { intake: own, accounts: NO_ACCOUNTS };
  requireDirectory(directory);
  const files = new AccountFiles(directory);
  let claimsRefused = 0;
  const openAccount = makeOpenAccount(base, parts, () => claimsRefused++);
  const { catalog } = parts.registry;
  const accounts = new Accounts({
    read: () => files.read(),
    watch: (onChange) => watchDirectory(directory, onChange),
    open: openAccount,
    ownAccount: credsFile === undefined ? undefined : accountOf(credsFile),
    idOf: (space) => catalog.spaces.idOf(space),
    stamp: () => catalog.stamp,
    logger: base.logger,
  });
  return {
    intake: withAccounts(own, accounts),
    accounts: {
      degraded: () => accounts.degraded(),
      count: () => accounts.count(),
      claimsRefused: () => claimsRefused,
    },
  };
}

/** Makes the intake of one account. Its messages are in its space before anything else sees them. */
function makeOpenAccount({ config, version, logger }: Base, parts: AccountParts, onClaim: () => void) {
  const { servers, tls, inboxPrefix } = config.nats;
  const name = applicationName(version);
  // The warnings about files for TLS come from the connection that belongs to no space.
  const shared = natsOptions({ settings: { servers, tls, inboxPrefix }, name, onUnusableFile: () => undefined });
  const warn = makeSeldomWarning(logger);
  const alone = makeGate(CHANGING_AT_ONCE);
  // The catalog replaces its names when it is loaded from the beginning.
  const names: SpaceNames = { idOf: (space) => parts.registry.catalog.spaces.idOf(space) };
  const because = 'the message names another space than the one of its NATS account, so that no webhook gets it';
  return ({ name: account, space, creds }: WantedAccount): Intake => {
    const door = makeSpaceDoor(space, names);
    const claimed = () => {
      onClaim();
      warn('message.space_claimed', { account, because });
    };
    const intake: Intake = parts.open({
      options: { ...shared, name: `${name} ${account}`, authenticator: creds.authenticator },
      acceptor: makeAccountAcceptor(parts.accept, door, claimed),
      catalog: { ...parts.followed, refresh: () => intake.reconcile() },
      store: accountStore(parts.storeFor(`stream ${account}`), { name: account, door, alone }),
      logger: accountLogger(logger, account),
    });
    return intake;
  };
}

/** A service with a directory in its settings does not start without the directory. @throws {Error} */
function requireDirectory(directory: string): void {
  try {
    readdirSync(directory);
  } catch (error) {
    throw new Error(`NATS_ACCOUNTS_DIR: ${directory} cannot be listed (${messageOf(error)}); put a directory there`);
  }
}

function accountOf(credsFile: string): string | undefined {
  try {
    return readCreds(readFileSync(credsFile)).account;
  } catch {
    // With the accounts in the configuration of the server, the file need not have a JWT that says its account.
    return undefined;
  }
}
