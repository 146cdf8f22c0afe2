import { parentPort } from 'node:worker_threads';
import type { SchemaCheck } from '../domain/schema/schema-check.js';
import { messageOf } from '../errors.js';
import type { CheckJob, FromWorker, ToWorker } from './check-job.js';
import { type Compiled, SchemaCompiler } from './compile-schema.js';

/** The program of the worker thread: it compiles schemas, and checks payloads by them, in the order of its messages. */
const compiler = new SchemaCompiler();
const compiled = new Map<number, Compiled>();

const MAX_SMALL_BYTES = 64 * 1024;
const NOT_JSON: SchemaCheck = { outcome: 'invalid', problems: [{ at: '', problem: 'the payload is not JSON' }] };
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function run({ schema, text, payload }: CheckJob): SchemaCheck {
  const known = schema === 'unstored' ? undefined : compiled.get(schema);
  const made = known ?? compiler.compile(text ?? '');
  if (schema !== 'unstored') compiled.set(schema, made);
  if (!made.check) return { outcome: 'bad_schema', problem: made.problem };
  const { check } = made;
  if (!payload) return { outcome: 'valid' };
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(payload));
  } catch {
    return NOT_JSON;
  }
  return judge(() => check(value, payload.length <= MAX_SMALL_BYTES));
}

function judge(check: () => readonly { readonly at: string; readonly problem: string }[]): SchemaCheck {
  try {
    const problems = check();
    return problems.length === 0 ? { outcome: 'valid' } : { outcome: 'invalid', problems };
  } catch (error) {
    // A recursive schema follows the payload as deep as it is.
    const problem = `cannot be checked: ${messageOf(error).slice(0, 200)}`;
    return { outcome: 'invalid', problems: [{ at: '', problem }] };
  }
}

const send = (message: FromWorker) => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToWorker) => {
  if (message === 'forget') compiled.clear();
  else send(message.map(run));
});
send('ready');
