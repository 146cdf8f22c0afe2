import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../internal/errors.js';
import { OutOfTime, ScenarioFailure } from './failure.js';
import { knowsMode } from './knows-mode.js';
import { runWeighted } from './lanes.js';
import type { Mode } from './mode.js';
import { type Options, readOptions, USAGE } from './options.js';
import { type Outcome, runScenario } from './run-scenario.js';
import type { Scenario } from './scenario.js';
import { table } from './table.js';
import { makeTemplate } from './world/cluster.js';

const say = (text: string) => void process.stderr.write(`faults: ${text}\n`);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env.FAULTS_MINUTES);
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const directory = await mkdtemp(join(tmpdir(), 'hukz-faults-'));
  // PostgreSQL may have to run as another user, who must be able to enter the directory.
  await chmod(directory, 0o755);
  const { outcomes, interrupted } = await runAll(options, directory);
  process.stdout.write(`\n${table(outcomes)}\n`);
  const failed = outcomes.filter(({ result }) => result.kind === 'failed');
  for (const outcome of failed)
    say(`${outcome.scenario.name} does not hold in ${outcome.mode} mode: ${wordsOf(outcome)}`);
  if (failed.length === 0) await rm(directory, { recursive: true, force: true });
  else say(`the logs of the instances are in ${join(directory, 'logs')}`);
  const skipped = outcomes.filter(({ result }) => result.kind === 'skipped').length;
  if (skipped > 0) say(`${skipped} of ${outcomes.length} were skipped; the table says why`);
  const someResident = outcomes.some(({ result }) => result.kind === 'held');
  if (!someResident) say('there is no result: no scenario was completed');
  if (interrupted) say(`not all scenarios were run: ${messageOf(interrupted)}`);
  return failed.length > 0 || !someResident || interrupted ? 1 : 0;
}

const wordsOf = ({ result }: Outcome) => (result.kind === 'held' ? 'held' : `${result.kind}: ${result.why}`);

/** All started processes have ended when this settles. */
async function runAll(options: Options, directory: string): Promise<Run> {
  const { plan, parallel } = options;
  const stop = new AbortController();
  const limitMs = plan.limitMs * options.times;
  const lastTurn = performance.now() + limitMs - plan.lastMs;
  const limit = setTimeout(
    () => stop.abort(new OutOfTime(`cut off: the limit of all scenarios is ${limitMs / 1000} s`)),
    limitMs,
  );
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => stop.abort(new ScenarioFailure(`ended by ${name}`)));
  // Each running server listens to the end of this process.
  process.setMaxListeners(0);
  try {
    const modes = await knownModes(options.modes);
    const template = await makeTemplate(directory);
    let runs = 0;
    const around = { plan, template, directory, signal: stop.signal, nextRun: () => ++runs, say };
    const outcomes: Outcome[] = [];
    const jobs = toRuns(options, modes).map(({ scenario, mode }) => ({
      weight: scenario.weight ?? 1,
      async run(makeRoom: () => void) {
        const isLate = performance.now() > lastTurn;
        if (stop.signal.aborted && !isLate) return;
        const run = () => runScenario(scenario, mode, { ...around, makeRoom });
        let outcome = isLate ? notBegun(scenario, mode, limitMs) : await run();
        if (options.times === 1 && tookTooLong(outcome) && performance.now() < lastTurn) {
          say(`${scenario.name} (${mode}) took too long and is run once more: ${wordsOf(outcome)}`);
          outcome = await run();
        }
        outcomes.push(outcome);
        say(`${scenario.name} (${mode}), ${outcome.seconds.toFixed(1)} s: ${wordsOf(outcome)}`);
      },
    }));
    await runWeighted(jobs, parallel);
    const { reason } = stop.signal;
    return { outcomes, interrupted: reason instanceof OutOfTime ? undefined : reason };
  } finally {
    clearTimeout(limit);
  }
}

/** A machine that is busy for a while can delay anything, but it never makes the records contradict each other. */
function tookTooLong({ result }: Outcome): boolean {
  return result.kind === 'failed' && !result.isCertain;
}

function notBegun(scenario: Scenario, mode: Mode, limitMs: number): Outcome {
  const why = `not started in time: the limit of all scenarios is ${limitMs / 1000} s`;
  return { scenario, mode, faults: 0, seconds: 0, result: { kind: 'skipped', why } };
}

interface Run {
  readonly outcomes: readonly Outcome[];
  /** The reason for an early end. */
  readonly interrupted: unknown;
}

interface Job {
  readonly scenario: Scenario;
  readonly mode: Mode;
}

function toRuns({ scenarios, times }: Options, modes: readonly Mode[]): readonly Job[] {
  const once = scenarios.flatMap((scenario) =>
    modes.filter((mode) => scenario.modes?.includes(mode) ?? true).map((mode) => ({ scenario, mode })),
  );
  return Array.from({ length: times }, () => once).flat();
}

async function knownModes(wanted: readonly Mode[]): Promise<readonly Mode[]> {
  const known: Mode[] = [];
  for (const mode of wanted) {
    if (await knowsMode(mode)) known.push(mode);
    else say(`hukz does not support INTAKE=${mode} yet: its scenarios are left out`);
  }
  return known;
}

const code = await main().catch((error: unknown) => {
  say(error instanceof ScenarioFailure ? error.message : String(error instanceof Error ? error.stack : error));
  return 1;
});
// After an interruption, a scenario may still be waiting; the processes that it started end with this process.
process.exit(code);
