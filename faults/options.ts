import { parseArgs } from 'node:util';
import { messageOf } from '../internal/errors.js';
import { ScenarioFailure } from './failure.js';
import { MODES, type Mode } from './mode.js';
import { makePlan, type Plan } from './plan.js';
import type { Scenario } from './scenario.js';
import { scenarios } from './scenarios/all.js';

export interface Options {
  readonly plan: Plan;
  readonly scenarios: readonly Scenario[];
  readonly modes: readonly Mode[];
  readonly parallel: number;
  readonly times: number;
}

export const USAGE = `usage: npm run faults -- [--mode core|jetstream] [--times n] [--parallel n] [scenario ...]
  --mode      run one intake mode only; default: both
  --times     run each scenario this many times
  --parallel  the number of light scenarios that run at the same time; default: 3
  FAULTS_MINUTES=n in the environment: the long form, in which the central scenario takes n minutes
scenarios:
${scenarios.map(({ name, title }) => `  ${name.padEnd(24)}${title}`).join('\n')}`;

/** Returns the options of the command line, or undefined for a request for help. @throws {ScenarioFailure} */
export function readOptions(args: string[], minutes: string | undefined): Options | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new ScenarioFailure(`unknown scenario ${unknown.join(', ')}\n${USAGE}`);
  const modes = MODES.filter((mode) => values.mode === undefined || values.mode === mode);
  if (modes.length === 0) throw new ScenarioFailure(`unknown mode ${values.mode}\n${USAGE}`);
  return {
    plan: makePlan(minutes ? positive(minutes, 'FAULTS_MINUTES') : undefined),
    scenarios: scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    modes,
    parallel: positive(values.parallel, '--parallel'),
    times: positive(values.times, '--times'),
  };
}

function positive(text: string, what: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new ScenarioFailure(`${what} must be a number above 0, not ${text}`);
  return value;
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        mode: text,
        times: { ...text, default: '1' },
        parallel: { ...text, default: '3' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new ScenarioFailure(`${messageOf(error)}\n${USAGE}`);
  }
}
