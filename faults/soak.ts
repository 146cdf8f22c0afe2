import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../internal/errors.js';
import { ScenarioFailure } from './failure.js';
import { MODES } from './mode.js';
import { makePlan } from './plan.js';
import { runScenario } from './run-scenario.js';
import { judgeFlat } from './soak/flat.js';
import { makeSoak } from './soak/soak-scenario.js';
import { soakTable } from './soak/soak-table.js';
import { table } from './table.js';
import { makeTemplate } from './world/cluster.js';

const USAGE = `usage: npm run soak -- [--mode core|jetstream]
  --mode        the intake mode; default: jetstream
  SOAK_MINUTES  in the environment: the duration; default: 20. Below 10, flatness is reported but not judged`;

const DEFAULT_MINUTES = 20;
/** Nine minutes. With fewer samples, the heap has not reached its size in the second quarter. */
const JUDGED_FROM_SAMPLES = 54;

const say = (text: string) => void process.stderr.write(`soak: ${text}\n`);

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { mode: { type: 'string', default: 'jetstream' }, help: { type: 'boolean', default: false } },
    }).values;
  } catch (error) {
    throw new ScenarioFailure(`${messageOf(error)}\n${USAGE}`);
  }
}

async function main(): Promise<number> {
  const values = parse(process.argv.slice(2));
  const mode = MODES.find((known) => known === values.mode);
  const minutes = Number(process.env.SOAK_MINUTES ?? DEFAULT_MINUTES);
  if (values.help || !mode || !(minutes > 0)) {
    process.stdout.write(`${USAGE}\n`);
    return values.help ? 0 : 1;
  }
  const directory = await mkdtemp(join(tmpdir(), 'hukz-soak-'));
  // PostgreSQL may have to run as another user, who must be able to enter the directory.
  await chmod(directory, 0o755);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => stop.abort(new ScenarioFailure(`ended by ${name}`)));
  const soak = makeSoak(minutes, say);
  const outcome = await runScenario(soak.scenario, mode, {
    plan: makePlan(minutes),
    template: await makeTemplate(directory),
    directory,
    signal: stop.signal,
    nextRun: () => 1,
    makeRoom: () => undefined,
    say,
  });
  const judged = [...soak.series()].map(([measure, samples]) => judgeFlat(measure, samples));
  process.stdout.write(`\n${soakTable(judged)}\n\n${table([outcome])}\n`);
  const grown = judged.filter(({ verdict }) => verdict === 'grows').map(({ name }) => name);
  const samples = Math.max(0, ...[...soak.series().values()].map(({ length }) => length));
  const isJudged = samples >= JUDGED_FROM_SAMPLES;
  if (grown.length > 0) say(`${isJudged ? '' : 'too short to be judged: '}not flat: ${grown.join(', ')}`);
  const { result } = outcome;
  if (result.kind !== 'held') say(`the account does not close: ${result.why}`);
  const isGood = result.kind === 'held' && (grown.length === 0 || !isJudged);
  if (isGood) await rm(directory, { recursive: true, force: true });
  else say(`the logs of the instances are in ${join(directory, 'logs')}`);
  return isGood ? 0 : 1;
}

const code = await main().catch((error: unknown) => {
  say(error instanceof ScenarioFailure ? error.message : String(error instanceof Error ? error.stack : error));
  return 1;
});
// After an interruption, the scenario may still be waiting; the processes that it started end with this process.
process.exit(code);
