import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandFailed, usageError } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';

const text = z.string().optional();

/** The members of a context of the `nats` command that hukz can use. Empty ones count as absent. */
const context = z.object({
  url: text,
  token: text,
  user: text,
  password: text,
  creds: text,
  nkey: text,
  cert: text,
  key: text,
  ca: text,
  inbox_prefix: text,
  tls_first: z.boolean().optional(),
});

/** Members that decide who connects, and that hukz has no setting for. */
const UNSUPPORTED = ['nsc', 'user_jwt', 'user_seed', 'socks_proxy'];

/**
 * The settings of a context of the `nats` command, under their names in the environment.
 * @throws {CommandFailed} if there is no such context, or if it connects in a way that hukz does not know
 */
export async function readNatsContext(here: Invocation, name: string): Promise<Readonly<Record<string, string>>> {
  if (!/^[^/\\]{1,255}$/.test(name) || name.startsWith('.'))
    throw usageError(`"${name}" is no name of a context of nats.`);
  const path = join(
    here.env.XDG_CONFIG_HOME || join(here.env.HOME ?? homedir(), '.config'),
    'nats/context',
    `${name}.json`,
  );
  const written = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailed(`The context "${name}" of nats cannot be read: ${error.message}`, {
      exitCode: error.code === 'ENOENT' ? EXIT.notFound : EXIT.failed,
      advice: 'List the contexts: nats context ls',
    });
  });
  const json = parseJson(written, path);
  const { data } = context.safeParse(json);
  if (!data) throw new CommandFailed(`${path} is not a context of nats.`);
  const members: Readonly<Record<string, unknown>> = Object(json);
  const unsupported = UNSUPPORTED.find((member) => members[member] !== undefined && members[member] !== '');
  if (unsupported) {
    throw new CommandFailed(`The context "${name}" of nats uses ${unsupported}, which hukz cannot use.`, {
      advice: 'Give it a creds file: nats context edit',
    });
  }
  return settingsOf(data, here.env.HOME ?? homedir());
}

function settingsOf(data: z.infer<typeof context>, home: string): Readonly<Record<string, string>> {
  const file = (path: string | undefined) => path?.replace(/^~(?=\/)/, home);
  const settings = {
    // The nats command connects there too, if a context has no URL.
    HUKZ_NATS_URL: data.url || 'nats://127.0.0.1:4222',
    HUKZ_NATS_TOKEN: data.token,
    HUKZ_NATS_USER_NAME: data.user,
    HUKZ_NATS_USER_PASSWORD: data.password,
    HUKZ_NATS_CREDS_FILE: file(data.creds),
    HUKZ_NATS_NKEY_SEED_FILE: file(data.nkey),
    HUKZ_NATS_TLS_CERT_FILE: file(data.cert),
    HUKZ_NATS_TLS_KEY_FILE: file(data.key),
    HUKZ_NATS_TLS_CA_FILE: file(data.ca),
    HUKZ_NATS_TLS_HANDSHAKE_FIRST: data.tls_first ? 'true' : undefined,
    HUKZ_NATS_INBOX_PREFIX: data.inbox_prefix,
  };
  return Object.fromEntries(Object.entries(settings).flatMap(([key, value]) => (value ? [[key, value]] : [])));
}

function parseJson(written: string, path: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    throw new CommandFailed(`${path} is no JSON.`);
  }
}
