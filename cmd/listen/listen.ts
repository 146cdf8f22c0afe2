import { join } from 'node:path';
import type { NatsConnection } from 'nats';
import type { SchemeName } from '../../internal/domain/signature/schemes.js';
import type { CommandFailed } from '../command-failed.js';
import { configDirectory } from '../config-directory.js';
import type { Invocation } from '../invocation.js';
import { untilSignal } from '../serve/until-signal.js';
import { connectNats, findNats } from '../try/connect-nats.js';
import type { Exchange } from './forward-queue.js';
import { readKeys } from './keys.js';
import { type ListenOptions, requireFittingSecret, requireTarget } from './listen-options.js';
import { listenSecret } from './listen-secret.js';
import { exchangeJson, exchangeLine } from './show-exchange.js';
import { startListening } from './start-listening.js';
import { requireSubject } from './subscribe.js';

const write = (text: string | Uint8Array) => void process.stdout.write(text);
const say = (sentence: string) => void process.stderr.write(`${sentence}\n`);

/** `hukz listen --print-secret`: prints the secret by which `hukz listen` signs. */
export async function printListenSecret(here: Invocation, scheme: SchemeName): Promise<void> {
  write(`${await keptSecret(here, scheme)}\n`);
}

/** `hukz listen`: sends the messages of subjects to an application on this machine, until Ctrl-C. */
export async function listen(here: Invocation, options: ListenOptions): Promise<void> {
  for (const subject of options.subjects) requireSubject(subject);
  const to = requireTarget(options.forwardTo);
  const secret = await signingSecret(here, options);
  const { inboxPrefix } = await findNats(here);
  const nats = await connectNats(here, { name: 'hukz-listen', reconnect: true });
  const asked = untilSignal();
  const end = makeEnd();
  const { count = Number.POSITIVE_INFINITY, output } = options;
  const onExchange = countdown(count, end.done, output === 'jsonl' ? exchangeJson : exchangeLine);
  const listening = { nats, inboxPrefix, secret, version: here.version, onExchange, say, onFailure: end.fail };
  const { session, stop } = await startListening(options, listening);
  say(`forwarding ${options.subjects.join(', ')} from nats://${nats.getServer()} to ${to.href}`);
  const restore = readKeys(process.stdin, {
    r: () => session.resendLast(),
    d: () => write(session.showLast()),
    q: end.done,
  });
  if (process.stdin.isTTY) say('keys: r sends the last request again, d shows it, q ends');
  void reportOutages(nats);
  try {
    await Promise.race([end.reached, asked]);
  } finally {
    restore();
    await stop();
  }
}

const keptSecret = (here: Invocation, scheme: SchemeName) =>
  listenSecret(join(configDirectory(here.env), `listen-secret-${scheme}`), scheme);

async function signingSecret(here: Invocation, { scheme, secret }: ListenOptions): Promise<string | undefined> {
  if (scheme === 'none') return undefined;
  return secret === undefined ? keptSecret(here, scheme) : requireFittingSecret(secret, scheme);
}

/** The end of a session, which several causes may reach. */
function makeEnd() {
  let done: () => void = () => undefined;
  let fail: (error: CommandFailed) => void = () => undefined;
  const reached = new Promise<void>((resolve, reject) => {
    [done, fail] = [resolve, reject];
  });
  return { reached, done: () => done(), fail: (error: CommandFailed) => fail(error) };
}

/** Writes a line per request, and ends the session after `count` of them. */
function countdown(count: number, done: () => void, line: (exchange: Exchange) => string) {
  let requests = 0;
  return (exchange: Exchange) => {
    write(`${line(exchange)}\n`);
    if (++requests >= count) done();
  };
}

async function reportOutages(nats: NatsConnection): Promise<void> {
  for await (const { type } of nats.status()) {
    if (type === 'disconnect') say('the connection to NATS is lost: messages are missed until it is back');
    if (type === 'reconnect') say(`connected to nats://${nats.getServer()} again`);
  }
}
