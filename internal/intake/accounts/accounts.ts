import { setTimeout as sleep } from 'node:timers/promises';
import type { Degradation } from '../../domain/streams/degradation.js';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { type Repeating, repeat } from '../../repeat.js';
import type { Intake, IntakeStats } from '../intake.js';
import { AccountConnection } from './account-connection.js';
import type { AccountFile } from './account-files.js';
import { added, ended } from './added-stats.js';
import { degradedAccounts, type Slot } from './degraded-accounts.js';
import { type AccountPlan, type PlanContext, planAccounts, type WantedAccount } from './plan-accounts.js';

export interface AccountsDeps extends Omit<PlanContext, 'running'> {
  /** Reads the directory. Rejects if it cannot be listed. */
  read(): Promise<readonly AccountFile[]>;
  /** Calls back when the directory may have changed, in addition to the regular look. */
  watch(onChange: () => void): () => void;
  /** Makes the intake of an account, without starting it. */
  open(account: WantedAccount): Intake;
  /** The stamp of the catalog. */
  stamp(): string;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 5000;
/** Connections that are opened at the same time when files appear. */
const OPEN_AT_ONCE = 8;
/** A start waits this long for the accounts. The others are opened while the service runs. */
const START_MS = 5000;
/** A registration waits this long for accounts that do not answer. */
const RECONCILE_MS = 3000;
/** The other servers of a cluster learn of new subscriptions by routes, which no answer to hukz confirms. */
const OVERLAP_MS = 2000;

/**
 * The connections to NATS accounts, one per creds file of a directory, and the files while hukz runs. An account that
 * fails stops no other one.
 */
export class Accounts {
  private readonly slots = new Map<string, Slot>();
  private readonly retiring = new Map<AccountConnection, Promise<void>>();
  /** The numbers of the connections that have ended. */
  private former: IntakeStats | undefined;
  private plan: AccountPlan = { wanted: [], refused: [], beyond: [] };
  private unlisted: string | undefined;
  private following: Repeating | undefined;
  private unwatch: () => void = () => undefined;
  private readonly stopping = new AbortController();
  /** The stamp of the catalog by which the files were judged. */
  private plannedFor: string | undefined;

  constructor(private readonly deps: AccountsDeps) {}

  /** Resolves when the files of now were tried, or after a while. */
  async start(): Promise<void> {
    let tried: () => void = () => undefined;
    const first = new Promise<void>((resolve) => {
      tried = resolve;
    });
    this.following = repeat(() => this.look().finally(tried), {
      everyMs: LOOK_EVERY_MS,
      onError: (error) => this.deps.logger.error('account.look_failed', { error: messageOf(error) }),
    });
    this.unwatch = this.deps.watch(() => this.following?.wake());
    await within(first, START_MS);
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** All connections, also those that are about to replace another one. */
  connections(): readonly AccountConnection[] {
    return [...this.slots.values()].flatMap(({ current, next }) => (next ? [current, next] : [current]));
  }

  /** Number of accounts whose messages arrive, and of those whose messages do not, for any reason. */
  count(): { readonly received: number; readonly unreceived: number } {
    const slots = [...this.slots.values()];
    const received = slots.filter(({ current }) => current.problem() === undefined).length;
    const { refused, beyond } = this.plan;
    const closed = refused.filter(({ name }) => !this.slots.has(name)).length;
    return { received, unreceived: slots.length - received + closed + beyond.length };
  }

  /** The numbers of all connections since the start. */
  stats(): readonly IntakeStats[] {
    const open = [...this.connections(), ...this.retiring.keys()].map(({ intake }) => intake.stats());
    return this.former ? [...open, this.former] : open;
  }

  degraded(): readonly Degradation[] {
    return degradedAccounts({ slots: this.slots, plan: this.plan, unlisted: this.unlisted });
  }

  /** Makes the subscriptions of all accounts follow the catalog. Never rejects, and waits for none for long. */
  async reconcile(): Promise<void> {
    const stamp = this.deps.stamp();
    // A space may have got a key, or lost it.
    if (this.plannedFor !== stamp) this.following?.wake();
    const all = this.connections().map((connection) => connection.reconcile(stamp));
    if (all.length > 0) await within(Promise.all(all), RECONCILE_MS);
  }

  /** Stops receiving. Resolves when all accepted messages are committed. */
  async drain(): Promise<void> {
    await this.unfollow();
    await Promise.all([...this.connections().map(({ intake }) => intake.drain()), ...this.retiring.values()]);
  }

  async stop(): Promise<void> {
    await this.unfollow();
    await Promise.all([...this.connections().map(({ intake }) => intake.stop()), ...this.retiring.values()]);
  }

  private async unfollow(): Promise<void> {
    this.stopping.abort();
    this.unwatch();
    await this.following?.stop();
  }

  private async look(): Promise<void> {
    if (this.isStopping) return;
    const files = await this.list();
    if (!files) return;
    this.plannedFor = this.deps.stamp();
    const running = new Map([...this.slots].map(([name, { current }]) => [name, current.account.creds.account]));
    this.plan = planAccounts(files, { ...this.deps, running });
    this.closeOthers();
    const { wanted } = this.plan;
    const fresh = wanted.filter(({ name }) => !this.slots.has(name));
    for (let at = 0; at < fresh.length && !this.isStopping; at += OPEN_AT_ONCE)
      await Promise.all(fresh.slice(at, at + OPEN_AT_ONCE).map((account) => this.open(account)));
    for (const account of wanted) if (!this.isStopping) await this.renew(account);
  }

  private async list(): Promise<readonly AccountFile[] | undefined> {
    try {
      const files = await this.deps.read();
      this.unlisted = undefined;
      return files;
    } catch (error) {
      // A directory that is away for a moment is not empty: the connections stay.
      this.unlisted = messageOf(error);
      return undefined;
    }
  }

  private closeOthers(): void {
    const { wanted, refused } = this.plan;
    const staying = new Set([...wanted, ...refused.filter(({ keeps }) => keeps)].map(({ name }) => name));
    for (const [name, { current, next }] of this.slots) {
      if (staying.has(name)) continue;
      this.slots.delete(name);
      this.retire(current);
      if (next) this.retire(next);
      this.deps.logger.info('account.closed', { account: name });
    }
  }

  private async open(account: WantedAccount): Promise<void> {
    const current = new AccountConnection(account, this.deps.open(account));
    this.slots.set(account.name, { current, next: undefined });
    await current.start();
    this.deps.logger.info('account.opened', { account: account.name, nats_account: account.creds.account });
  }

  /** Opens a connection with the new content of a file, and ends the former one once the new one receives messages. */
  private async renew(account: WantedAccount): Promise<void> {
    const { name, version } = account;
    const slot = this.slots.get(name);
    if (!slot) return;
    if ((slot.next ?? slot.current).account.version !== version) {
      if (slot.next) this.retire(slot.next);
      slot.next = new AccountConnection(account, this.deps.open(account));
      await slot.next.start();
    }
    const { current, next } = slot;
    if (!next || (next.problem() !== undefined && current.problem() === undefined)) return;
    this.slots.set(name, { current: next, next: undefined });
    this.retire(current, OVERLAP_MS);
    this.deps.logger.info('account.renewed', { account: name, nats_account: account.creds.account });
  }

  /** In the background: committing its last messages takes as long as PostgreSQL is away. */
  private retire(connection: AccountConnection, afterMs = 0): void {
    const { name } = connection.account;
    const { signal } = this.stopping;
    const one = sleep(afterMs, undefined, { signal })
      .catch(() => undefined)
      .then(() => connection.retire())
      .catch((error: unknown) =>
        this.deps.logger.warn('account.not_closed', { account: name, error: messageOf(error) }),
      )
      .finally(() => {
        this.retiring.delete(connection);
        const stats = ended(connection.intake.stats());
        this.former = this.former ? added(this.former, stats) : stats;
      });
    this.retiring.set(connection, one);
  }
}

/** Resolves when the work has ended, or when the time is over. */
async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([work, late]).finally(() => over.abort());
}
