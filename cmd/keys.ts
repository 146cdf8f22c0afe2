import { loadKeysConfig } from '../config/load.js';
import { connectionFor } from '../internal/store/connection.js';
import { type Db, makeKnex } from '../internal/store/knex.js';
import { resealBatch } from '../internal/store/reseal-secrets.js';
import { countByKey, type StoredKey } from '../internal/store/stored-keys.js';
import { makeVault } from '../internal/store/vault.js';
import { findWrongKeys } from '../internal/store/wrong-keys.js';
import { CommandFailed } from './command-failed.js';
import { databaseSources } from './database-sources.js';
import { explainDatabase } from './explain-database.js';
import type { Invocation } from './invocation.js';

const BATCH = 200;
const MOST_SHOWN = 20;

/** `hukz keys status`: how many secrets are encrypted with which key. */
export async function showKeys(here: Invocation): Promise<void> {
  await withSecrets(here, async (secrets) => {
    process.stdout.write(statusLines(await countByKey(secrets.db), secrets.ids));
    await refuseWrongKeys(secrets);
  });
}

/** `hukz keys rotate`: encrypts every secret with the first key. May be repeated, and run while the service does. */
export async function rotateKeys(here: Invocation, { dryRun }: { readonly dryRun: boolean }): Promise<void> {
  await withSecrets(here, async (secrets) => {
    const { db, ids, vault } = secrets;
    const [first] = ids;
    if (first === undefined) throw new CommandFailed('ENCRYPTION_KEYS is empty: there is no key to encrypt with');
    // Before anything is written: two keys under one name would be hard to tell apart.
    await refuseWrongKeys(secrets);
    const others = (await countByKey(db)).filter(({ keyId }) => keyId !== first);
    const total = others.reduce((sum, { secrets }) => sum + secrets, 0);
    if (dryRun) {
      process.stdout.write(`${statusLines(await countByKey(db), ids)}${total} to encrypt with "${first}"\n`);
      return;
    }
    const problems: string[] = [];
    let done = 0;
    for (let after = '0'; ; ) {
      const step = await resealBatch({ db, vault }, after, BATCH);
      if (!step) break;
      after = step.lastId;
      done += step.resealed;
      problems.push(...step.problems);
      process.stdout.write(`${done} of ${total} encrypted with "${first}"\n`);
    }
    if (total === 0) process.stdout.write(`all secrets are encrypted with "${first}" already\n`);
    if (problems.length > 0) throw new CommandFailed(notOpened(problems));
  });
}

interface Secrets {
  readonly db: Db;
  /** Names of the configured keys, the first encrypts. */
  readonly ids: readonly string[];
  readonly vault: ReturnType<typeof makeVault>;
}

async function withSecrets(here: Invocation, work: (secrets: Secrets) => Promise<void>): Promise<void> {
  const { database, encryptionKeys } = loadKeysConfig(await databaseSources(here));
  const db = makeKnex(connectionFor(database, `hukz-keys/${here.version}`), { max: 1 });
  try {
    await work({ db, ids: encryptionKeys.map(({ id }) => id), vault: makeVault(encryptionKeys) });
  } catch (error) {
    throw explainDatabase(error, database);
  } finally {
    await db.destroy();
  }
}

/** @throws {CommandFailed} naming each configured key that does not open what is stored under its name */
async function refuseWrongKeys(secrets: Secrets): Promise<void> {
  const wrong = await findWrongKeys(secrets, secrets.ids);
  if (wrong.length === 0) return;
  const names = wrong.map((id) => `"${id}"`).join(', ');
  throw new CommandFailed(
    `ENCRYPTION_KEYS: ${names} is not the key that the secrets under this name were encrypted with; nothing was changed`,
  );
}

function statusLines(stored: readonly StoredKey[], ids: readonly string[]): string {
  const known = ids.map((id) => ({ keyId: id, secrets: 0 }));
  const unseen = known.filter(({ keyId }) => !stored.some((one) => one.keyId === keyId));
  return [...stored, ...unseen]
    .map(({ keyId, secrets }) => `${String(secrets).padStart(8)}  ${keyId ?? '-'}  ${wordsFor(keyId, ids)}\n`)
    .join('');
}

function wordsFor(keyId: string | undefined, ids: readonly string[]): string {
  if (keyId === undefined) return 'not encrypted';
  if (!ids.includes(keyId)) return 'MISSING from ENCRYPTION_KEYS: these secrets cannot be used';
  return keyId === ids[0] ? 'encrypts' : 'decrypts';
}

function notOpened(problems: readonly string[]): string {
  const more = problems.length - MOST_SHOWN;
  const shown = problems.slice(0, MOST_SHOWN).map((problem) => `  ${problem}\n`);
  return `${problems.length} secrets stay as they are:\n${shown.join('')}${more > 0 ? `  and ${more} more\n` : ''}`;
}
