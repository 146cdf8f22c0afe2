import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../internal/errors.js';
import { makeEndings } from '../internal/local/endings.js';
import { type Closed, closeAccount } from './close-account.js';
import { ScenarioFailure, Skipped, WrongAccount } from './failure.js';
import type { Mode } from './mode.js';
import type { Plan } from './plan.js';
import type { Scenario } from './scenario.js';
import { openSite } from './site.js';
import { makeTally } from './tally.js';

export interface Outcome {
  readonly scenario: Scenario;
  readonly mode: Mode;
  readonly faults: number;
  readonly seconds: number;
  readonly result: Result;
}

type Result =
  | ({ readonly kind: 'held' } & Closed)
  /** `isCertain` is false if a step only took too long. */
  | { readonly kind: 'failed'; readonly why: string; readonly isCertain: boolean }
  | { readonly kind: 'skipped'; readonly why: string };

export interface Surroundings {
  readonly plan: Plan;
  readonly template: string;
  /** The directory for a subdirectory per scenario and for the logs of the instances. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Distinguishes runs of the same scenario. */
  nextRun(): number;
  /** From now on the scenario only waits. */
  makeRoom(): void;
  say(text: string): void;
}

/** Runs one scenario in one mode. All processes that it started have ended when this settles. */
export async function runScenario(scenario: Scenario, mode: Mode, around: Surroundings): Promise<Outcome> {
  const { plan, template, signal, say } = around;
  const name = `${scenario.name}-${mode}-${around.nextRun()}`;
  const startedAt = performance.now();
  const over = new AbortController();
  const endings = makeEndings((problem) => say(`${name}: while ending: ${problem}`));
  const tally = makeTally();
  const work = async (): Promise<Result> => {
    const directory = join(around.directory, name);
    await mkdir(directory, { mode: 0o755 });
    endings.add(() => rm(directory, { recursive: true, force: true }));
    const logs = join(around.directory, 'logs', name);
    const site = await openSite({
      mode,
      plan,
      isDeadly: scenario.isDeadly ?? false,
      template,
      directory,
      logs,
      endings,
      tally,
      over: over.signal,
    });
    await scenario.run(site);
    around.makeRoom();
    await scenario.afterwards?.(site);
    return { kind: 'held', ...(await closeAccount(site, scenario)) };
  };
  const result = await within(work(), limitOf(plan), signal).catch(toResult);
  over.abort(new ScenarioFailure('the scenario is over'));
  await endings.run();
  return { scenario, mode, faults: tally.faults, seconds: (performance.now() - startedAt) / 1000, result };
}

function toResult(error: unknown): Result {
  const why = messageOf(error);
  if (error instanceof Skipped) return { kind: 'skipped', why };
  return { kind: 'failed', why, isCertain: error instanceof WrongAccount };
}

const limitOf = (plan: Plan) => 240_000 + plan.killingMs + plan.outageMs + plan.instanceTimeoutMs;

function within<T>(work: Promise<T>, limitMs: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    const timer = setTimeout(
      () => reject(new ScenarioFailure(`not done within its limit of ${limitMs / 1000} s`)),
      limitMs,
    );
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
  });
}
