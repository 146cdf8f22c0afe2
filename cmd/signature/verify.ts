import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CommandFailed, usageError } from '../command-failed.js';
import { resolveSecret } from '../connection/secret-reference.js';
import type { Invocation } from '../invocation.js';
import type { Input, LocalSession } from '../session/session.js';
import { type CapturedRequest, parseCapturedRequest, parseHeaderLine } from './captured-request.js';
import { checkRequest } from './check-request.js';
import { describeChecks } from './describe-checks.js';
import { schemeFor } from './read-secret.js';

export interface VerifyOptions {
  readonly secret: string;
  readonly scheme?: string;
  readonly prefix?: string;
  readonly tolerance?: number;
  readonly header?: readonly string[];
  /** The file with the body, or `-`. */
  readonly body?: string;
}

/** `hukz verify`: checks the signature of a captured request. @throws {CommandFailed} if a check has failed */
export async function verifyCaptured(
  { here, out }: LocalSession,
  { args, options }: Input<VerifyOptions>,
): Promise<void> {
  const secret = await resolveSecret(options.secret, here);
  const scheme = schemeFor(secret, options.scheme);
  const request = await readRequest(here, args[0], options);
  const { prefix, tolerance: toleranceMs } = options;
  const checked = await checkRequest(request, { secret, scheme, prefix, toleranceMs, nowMs: Date.now() });
  if (out.format === 'table' || out.format === 'wide') out.text(describeChecks(checked, scheme).trimEnd());
  else await out.object({ scheme, checks: checked.checks, advice: checked.advice ?? null }, []);
  if (checked.checks.some(({ isPassed }) => !isPassed)) throw new CommandFailed('The request is not valid.');
}

async function readRequest(
  here: Invocation,
  file: string | undefined,
  options: VerifyOptions,
): Promise<CapturedRequest> {
  const given = Object.fromEntries((options.header ?? []).map(parseHeaderLine));
  if (options.body === undefined) {
    const captured = parseCapturedRequest(await readBytes(here, file ?? '-'));
    return { ...captured, headers: { ...captured.headers, ...given } };
  }
  if (file !== undefined) throw usageError('The captured request and --body are two sources of a body.', 'Give one.');
  return { headers: given, body: await readBytes(here, options.body) };
}

/** Reads a file, or standard input. @throws {CommandFailed} if the file cannot be read */
export async function readBytes({ streams }: Invocation, path: string): Promise<Buffer> {
  if (path === '-') return buffer(streams.stdin);
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailed(`${path} cannot be read: ${error.code ?? error.message}`);
  });
}
