import { CommandFailed } from '../command-failed.js';
import type { ConnectionOptions } from '../connection/connection.js';
import type { Colour } from '../output/colour.js';
import type { Columns } from '../output/columns.js';
import { plainLine } from '../output/plain.js';
import type { LocalSession, LocalVerb } from '../session/session.js';
import type { Check, Level } from './check.js';
import { checkEgress } from './check-egress.js';
import { checkNats } from './check-nats.js';
import { checkPostgres } from './check-postgres.js';
import { checkService } from './check-service.js';

interface DoctorOptions extends ConnectionOptions {
  readonly json?: true;
  readonly fromGo?: true;
  readonly schema: string;
}

const COLOURS: Readonly<Record<Level, Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' };
const COLUMNS: Columns<Check> = [{ name: 'level' }, { name: 'name' }, { name: 'finding' }, { name: 'advice' }];

/**
 * Looks at the service and its servers, or at an installation of the Go service.
 *
 * @throws {CommandFailed} if something is wrong
 */
export const doctor: LocalVerb<DoctorOptions> = async (session, { options }) => {
  if (!options.fromGo) return checkAll(session, options);
  const { examine } = await import('../go-service/doctor.js');
  return examine(session.here, { json: options.json ?? false, schema: options.schema });
};

async function checkAll({ here, out }: LocalSession, options: DoctorOptions): Promise<void> {
  const groups = [checkService(here, options), checkPostgres(here), checkNats(here), checkEgress(here)];
  const checks = (await Promise.all(groups)).flat();
  const isForPeople = out.format === 'table' || out.format === 'wide';
  if (options.json) await out.answer(new TextEncoder().encode(JSON.stringify(checks)));
  else if (isForPeople) out.painted(checks.map((check) => formatCheck(check, out.paint)).join(''));
  else await out.rows(checks, COLUMNS);
  const failed = checks.filter(({ level }) => level === 'fail').length;
  if (failed > 0) throw new CommandFailed(`${failed} of ${checks.length} checks failed.`);
}

function formatCheck({ level, name, finding, advice }: Check, paint: (colour: Colour, text: string) => string): string {
  const what = advice === undefined ? finding : `${finding}. ${advice}`;
  return `${paint(COLOURS[level], level.padEnd(4))}  ${plainLine(`${name}: ${what}`)}\n`;
}
