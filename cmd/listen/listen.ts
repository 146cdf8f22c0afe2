import { join } from 'node:path';
import type { NatsConnection } from 'nats';
import type { SchemeName } from '../../internal/domain/signature/schemes.js';
import { usageError } from '../command-failed.js';
import { configDirectory } from '../connection/config-directory.js';
import { type ConnectionOptions, resolveNats } from '../connection/connection.js';
import { resolveSecret } from '../connection/secret-reference.js';
import type { Invocation } from '../invocation.js';
import { untilSignal } from '../serve/until-signal.js';
import type { Input, LocalSession } from '../session/session.js';
import { connectNats, findNats } from '../try/connect-nats.js';
import { type End, makeEnd } from './end.js';
import type { Exchange } from './forward-queue.js';
import { readKeys } from './keys.js';
import {
  type ListenOptions,
  requireFittingSecret,
  requireScheme,
  requireTarget,
  settingsOf,
} from './listen-options.js';
import { listenSecret } from './listen-secret.js';
import { exchangeJson, exchangeLine } from './show-exchange.js';
import { startListening } from './start-listening.js';
import { requireSubject } from './subscribe.js';

/** The options as they are written. */
export interface ListenFlags extends ConnectionOptions {
  readonly forwardTo?: string;
  readonly format?: string;
  readonly scheme: string;
  readonly prefix?: string;
  readonly secret?: string;
  readonly concurrency: number;
  readonly timeout: number;
  readonly count?: number;
  readonly printSecret?: true;
  readonly asWebhook?: true;
}

/** `hukz listen`: sends the messages of subjects to an application on this machine, until Ctrl-C. */
export async function listen(session: LocalSession, { args, options }: Input<ListenFlags>): Promise<void> {
  const { here, out, say } = session;
  const scheme = requireScheme(options.scheme);
  if (options.printSecret) return out.text(await keptSecret(here, requireSigning(scheme)));
  const read = readListenOptions(args, { ...options, scheme });
  const secret = scheme === 'none' ? undefined : await signingSecret(here, scheme, options.secret);
  const of = await resolveNats(here, options);
  const { inboxPrefix } = await findNats(here, of);
  const nats = await connectNats(here, { name: 'hukz-listen', reconnect: true, of });
  const end = makeEnd();
  const onExchange = reportExchanges(session, end, options.count);
  const listening = { nats, inboxPrefix, secret, version: here.version, onExchange, say, onFailure: end.fail };
  const { forwarding, stop } = await startListening(read, listening);
  say(`forwarding ${args.join(', ')} from nats://${nats.getServer()} to ${requireTarget(read.forwardTo).href}`);
  await untilEnd(session, nats, end, {
    r: () => forwarding.resendLast(),
    d: () => out.text(forwarding.showLast().toString()),
    q: end.done,
  }).finally(stop);
}

/** @throws {CommandFailed} if the subjects or an option are wrong */
export function readListenOptions(
  subjects: readonly string[],
  flags: ListenFlags & { readonly scheme: SchemeName | 'none' },
): ListenOptions {
  if (subjects.length === 0)
    throw usageError('Name at least one subject.', "Such as: hukz listen 'order.>' --forward-to …");
  if (flags.forwardTo === undefined)
    throw usageError('--forward-to is missing.', 'Give the URL of your application, such as http://localhost:3000');
  for (const subject of subjects) requireSubject(subject);
  const { concurrency, timeout: timeoutMs } = flags;
  return {
    subjects,
    forwardTo: requireTarget(flags.forwardTo).href,
    settings: settingsOf(flags),
    concurrency,
    timeoutMs,
  };
}

/** Waits for the end of a session: a signal, a key, or a failure. Meanwhile it reads keys and reports outages. */
export async function untilEnd(
  { here, say }: LocalSession,
  nats: NatsConnection,
  end: End,
  actions: Readonly<Record<string, () => void>>,
): Promise<void> {
  const restore = readKeys(here.streams.stdin, actions);
  if (here.streams.stdin.isTTY) say('keys: r sends the last request again, d shows it, q ends');
  void reportOutages(nats, say);
  await Promise.race([end.reached, untilSignal()]).finally(restore);
}

/** Prints a line per request, and ends the session after `count` of them. */
export function reportExchanges({ out }: LocalSession, end: End, count = Number.POSITIVE_INFINITY) {
  const line = out.format === 'jsonl' || out.format === 'json' ? exchangeJson : exchangeLine;
  let requests = 0;
  return (exchange: Exchange) => {
    out.text(line(exchange));
    if (++requests >= count) end.done();
  };
}

const keptSecret = (here: Invocation, scheme: SchemeName) =>
  listenSecret(join(configDirectory(here), `listen-secret-${scheme}`), scheme);

export async function signingSecret(here: Invocation, scheme: SchemeName, given: string | undefined): Promise<string> {
  if (given === undefined) return keptSecret(here, scheme);
  return requireFittingSecret(await resolveSecret(given, here), scheme);
}

function requireSigning(scheme: SchemeName | 'none'): SchemeName {
  if (scheme === 'none') throw usageError('--scheme none has no secret.');
  return scheme;
}

async function reportOutages(nats: NatsConnection, say: (line: string) => void): Promise<void> {
  for await (const { type } of nats.status()) {
    if (type === 'disconnect') say('the connection to NATS is lost: messages are missed until it is back');
    if (type === 'reconnect') say(`connected to nats://${nats.getServer()} again`);
  }
}
