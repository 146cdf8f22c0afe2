import type { Hukz } from '../../packages/client/src/hukz.js';
import type { EventSchema } from '../../packages/client/src/schemas/event-schemas.js';
import { usageError } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import { readText } from '../resources/body.js';
import { given } from '../resources/given.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';

const MODES = ['off', 'warn', 'reject', 'quarantine'] as const satisfies readonly EventSchema['mode'][];

const COLUMNS: Columns<EventSchema> = [{ name: 'version' }, { name: 'mode' }, { name: 'created_at' }];
const ONE: Columns<EventSchema> = [
  ...COLUMNS,
  { name: 'schema', of: ({ schema }) => JSON.stringify(schema) },
  { name: 'example', of: ({ example }) => (example === undefined ? undefined : JSON.stringify(example)) },
];

type Added = Awaited<ReturnType<ReturnType<Hukz['events']['schemas']>['create']>>;
type Checked = Awaited<ReturnType<ReturnType<Hukz['events']['schemas']>['validate']>>;

const ADDED: Columns<Added> = [
  ...(COLUMNS as Columns<Added>),
  {
    name: 'breaks',
    of: ({ breaks }) => breaks.examples.map(({ version, problems: [first] }) => `${version}: ${first && line(first)}`),
  },
];
const CHECKED: Columns<Checked> = [
  { name: 'valid' },
  { name: 'version' },
  { name: 'problems', of: ({ problems }) => problems.map(line) },
];

const line = ({ at, problem }: { readonly at: string; readonly problem: string }) => `${at} ${problem}`.trim();

const schemasOf = ({ hukz }: Session, [event = '']: readonly string[]) =>
  hukz.events.schemas(readReference(event, 'an event'));

export async function listSchemas(session: Session, { args }: Input<object>): Promise<void> {
  const { nodes } = await schemasOf(session, args).list();
  await session.out.rows(nodes, COLUMNS);
}

export async function showSchema(session: Session, { args }: Input<object>): Promise<void> {
  await session.out.one(schemasOf(session, args).get(args[1] ?? ''), ONE);
}

interface AddOptions {
  readonly versionName?: string;
  readonly mode?: string;
  readonly example?: string;
}

export async function addSchema(session: Session, { args, options }: Input<AddOptions>): Promise<void> {
  const schema = await readSchema(session, args[1] ?? '', 'the schema');
  const example = options.example === undefined ? undefined : await readJson(session, options.example, '--example');
  const mode = options.mode === undefined ? undefined : readMode(options.mode);
  const fields = { schema, ...given({ version: options.versionName, mode, example }) };
  await session.out.one(schemasOf(session, args).create(fields), ADDED);
}

export async function setMode(session: Session, { args }: Input<object>): Promise<void> {
  const [, version = '', mode = ''] = args;
  await session.out.one(schemasOf(session, args).update(version, { mode: readMode(mode) }), ONE);
}

interface CheckOptions {
  readonly by?: string;
  readonly schema?: string;
}

export async function checkPayload(session: Session, { args, options }: Input<CheckOptions>): Promise<void> {
  const payload = await readJson(session, args[1] ?? '', 'the payload');
  const schema = options.schema === undefined ? undefined : await readSchema(session, options.schema, '--schema');
  await session.out.one(
    schemasOf(session, args).validate({ payload, ...given({ version: options.by, schema }) }),
    CHECKED,
  );
}

export async function deleteSchema(session: Session, { args }: Input<object>): Promise<void> {
  const [event = '', version = ''] = args;
  await session.confirm(`Delete version ${version} of the schema of event ${event}?`);
  await session.out.done(schemasOf(session, args).delete(version), `Version ${version} is deleted.`, version);
}

function readMode(text: string): EventSchema['mode'] {
  const mode = MODES.find((each) => each === text);
  if (!mode) throw usageError(`"${text}" is no mode.`, `The modes are ${MODES.join(', ')}.`);
  return mode;
}

async function readSchema(session: Session, argument: string, name: string) {
  const schema = await readJson(session, argument, name);
  if (typeof schema === 'boolean') return schema;
  if (isObject(schema)) return schema;
  throw usageError(`${name} is no JSON Schema.`, 'A schema is an object, true or false.');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function readJson(session: Session, argument: string, name: string): Promise<unknown> {
  const text = await readText(session, argument);
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`${name} is not JSON.`, `Give JSON, such as '{"id":1}', @file, or - for standard input.`);
  }
}
