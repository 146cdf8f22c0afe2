import { messageOf } from '../../errors.js';
import type { Intake } from '../intake.js';
import type { WantedAccount } from './plan-accounts.js';

/** The connection of one account, opened with one content of its file. */
export class AccountConnection {
  private failure: string | undefined;
  /** The stamp of the catalog that the subscriptions follow. */
  private settledFor: string | undefined;

  constructor(
    readonly account: WantedAccount,
    readonly intake: Intake,
  ) {}

  /** Resolves when the first attempt to connect has succeeded or failed. It is repeated for ever. */
  async start(): Promise<void> {
    try {
      await this.intake.start();
    } catch (error) {
      this.failure = messageOf(error);
    }
  }

  /** The reason why no messages arrive from the account now. */
  problem(): string | undefined {
    const found = this.intake.connectionProblem();
    if (found === undefined || this.failure === undefined || found.includes(this.failure)) return found;
    return `${found}: ${this.failure}`;
  }

  /** Never rejects: an account that does not answer is degraded, and every call tries again. */
  async reconcile(stamp: string): Promise<void> {
    if (this.settledFor === stamp && this.intake.degraded().length === 0) return;
    try {
      await this.intake.reconcile();
      this.settledFor = stamp;
    } catch {
      this.settledFor = undefined;
    }
  }

  /** Resolves when all messages that the server had sent are committed, and the connection is closed. */
  async retire(): Promise<void> {
    await this.intake.drain().finally(() => this.intake.stop());
  }
}
