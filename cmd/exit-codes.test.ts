import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeKnex } from '../internal/store/postgres/knex.js';
import { insertToken } from '../internal/store/tokens/tokens.js';
import { spawnHukz } from '../internal/testkit/command-line/spawn-hukz.js';
import { useAppKit } from '../internal/testkit/kits/use-app-kit.js';

const kit = useAppKit({ HUKZ_AUTH: 'token' });
const tokens = { admin: '', reader: '', none: '', wrong: `hukz_1_${'a'.repeat(43)}` };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hukz-codes-'));
  await writeFile(join(folder, 'events.yml'), 'managed_by: shop\nevents:\n  - key: shop/new\n    event: order.new\n');
  const db = makeKnex(kit.database.connection, { max: 1 });
  const grant = { scopes: null, events: null, expiresAt: null, name: 'test' };
  const caller = { subject: 'command', userId: 1 } as const;
  tokens.admin = (await insertToken(db, caller, { ...grant, role: 'admin', spaces: null })).text;
  tokens.reader = (await insertToken(db, caller, { ...grant, role: 'space_reader', spaces: [7] })).text;
  await db.destroy();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const NO_RIGHT = /answered with 403: .+\nAsk an operator for the right that is missing, or act as another user\.\n$/;
const WHO = /answered with 401: .+\nSay who you are: --user or --token, or "hukz context set"\.\n$/;

describe('a command ends with its exit code, a sentence and what to do:', () => {
  it.each<[number, string, keyof typeof tokens, readonly string[], RegExp]>([
    [0, 'done', 'reader', ['event', 'list', '--columns', 'id'], /^ID\n$/],
    [1, 'failed', 'none', ['migrate', 'status'], /please provide/],
    [2, 'an unknown word', 'admin', ['event', 'lst'], /unknown command 'lst'\n\(Did you mean list\?\)\n/],
    [3, 'not found', 'admin', ['event', 'show', '99'], /404: Record not found\nCheck the id or the key; /],
    [3, 'different', 'admin', ['diff', '-f', 'events.yml'], /\+ event shop\/new\n/],
    [4, 'no token', 'none', ['event', 'list'], WHO],
    [4, 'a token that does not exist', 'wrong', ['event', 'list'], WHO],
    [4, 'a reader that creates', 'reader', ['event', 'create', 'order.paid'], NO_RIGHT],
    [4, 'a reader that deletes', 'reader', ['webhook', 'delete', '1', '--yes'], NO_RIGHT],
    [4, 'a reader that publishes', 'reader', ['message', 'publish', 'order.paid', '{}'], NO_RIGHT],
    [4, 'a reader that applies', 'reader', ['apply', '-f', 'events.yml', '--yes'], NO_RIGHT],
    [
      5,
      'refused',
      'admin',
      ['event', 'create', 'a..b'],
      /422: .+\nNothing was changed\. Correct what the sentence names/,
    ],
    [
      6,
      'unreachable',
      'none',
      ['event', 'list', '--url', 'http://127.0.0.1:1'],
      /got no answer from .+\nIs hukz running there\?/,
    ],
    [
      6,
      'NATS is away',
      'none',
      ['publish', 'a.b', '{}'],
      /^cannot connect to NATS at .* \(is it running\? check NATS_URL\)\n$/,
    ],
  ])('%i, %s', async (code, _what, token, args, said) => {
    const env = {
      HOME: folder,
      HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`,
      HUKZ_NATS_URL: 'nats://127.0.0.1:1',
      ...(tokens[token] !== '' && { HUKZ_TOKEN: tokens[token] }),
    };
    const run = await spawnHukz(args, { env, cwd: folder });
    expect(run).toEqual({ code, said: expect.stringMatching(said) });
    if (tokens[token] !== '') expect(run.said).not.toContain(tokens[token]);
  });
});
