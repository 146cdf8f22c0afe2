import { type Ledger, openLedger } from '../account.js';
import { eventually } from '../eventually.js';
import type { TestInstance } from '../kits/test-instance.js';
import { INSTANCES, PerTestKit, usePerTestKit } from './per-test-kit.js';

/** Instances in processes of their own, and functions that close their account. */
export class InstanceKit extends PerTestKit<TestInstance> {
  ledger!: Ledger;

  override async begin(): Promise<void> {
    await super.begin();
    this.ledger = await openLedger(this.database);
    this.atEnd(() => this.ledger.close());
  }

  /** The `n` of each payload that arrived. */
  numbersReceived(): number[] {
    return this.receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n);
  }

  settled(): Promise<void> {
    const isSettled = async () => (await this.ledger.account()).pending === 0;
    return eventually(isSettled, { what: 'nothing pending', timeoutMs: 20_000 });
  }
}

/** Sets up the kit for all tests of a file. */
export function useInstanceKit(settings: Readonly<Record<string, string>>): InstanceKit {
  return usePerTestKit(new InstanceKit(INSTANCES, settings));
}
