import { loadKeysConfig } from '../../config/load.js';
import type { EncryptionKey } from '../../internal/domain/secrets/secret.js';
import { connectionFor } from '../../internal/store/postgres/connection.js';
import { type Db, makeKnex } from '../../internal/store/postgres/knex.js';
import { resealBatch } from '../../internal/store/secrets/reseal-secrets.js';
import { findClearDestinations, sealDestination } from '../../internal/store/secrets/seal-destinations.js';
import { hasOldInstances } from '../../internal/store/secrets/secret-row.js';
import { countByKey, type StoredKey } from '../../internal/store/secrets/stored-keys.js';
import { makeVault } from '../../internal/store/secrets/vault.js';
import { findWrongKeys } from '../../internal/store/secrets/wrong-keys.js';
import { CommandFailed } from '../command-failed.js';
import type { Invocation } from '../invocation.js';
import { databaseSources } from './database-sources.js';
import { explainDatabase } from './explain-database.js';

const BATCH = 200;
const MAX_SHOWN = 20;

/** `hukz keys status`: shows how many secrets each key encrypts. */
export async function showKeys(here: Invocation): Promise<void> {
  await withSecrets(here, async (secrets) => {
    const stored = await countByKey(secrets.db);
    const clear = (await clearDestinations(secrets.db)).length;
    process.stdout.write(`${statusLines(stored, secrets.ids)}${clearLine(clear)}${strictLine(stored, secrets)}`);
    await refuseWrongKeys(secrets);
  });
}

/**
 * `hukz keys rotate`: encrypts every secret with the first key. The command can be repeated, also while the service
 * runs.
 */
export async function rotateKeys(here: Invocation, { dryRun }: { readonly dryRun: boolean }): Promise<void> {
  await withSecrets(here, async (secrets) => {
    const { db, ids, vault } = secrets;
    const [first] = ids;
    if (first === undefined) throw new CommandFailed('ENCRYPTION_KEYS is empty: there is no key to encrypt with');
    // The check comes before any write: secrets under one name but of two keys would be hard to tell apart.
    await refuseWrongKeys(secrets);
    const stored = await countByKey(db);
    const total = stored.reduce((sum, { keyId, ...of }) => sum + (keyId === first ? of.refused : of.secrets), 0);
    if (dryRun) {
      process.stdout.write(`${statusLines(stored, ids)}${total} secrets to encrypt with "${first}"\n`);
      return;
    }
    await refuseOldInstances(db);
    const problems: string[] = [];
    let done = 0;
    for (let after = '0'; ; ) {
      const step = await resealBatch({ db, vault }, after, BATCH);
      if (!step) break;
      after = step.lastId;
      done += step.resealed;
      problems.push(...step.problems);
      process.stdout.write(`${done} of ${total} secrets encrypted with "${first}"\n`);
    }
    const apart = await sealDestinations(secrets);
    if (apart > 0) process.stdout.write(`the secrets in the url or headers of ${apart} webhooks were encrypted\n`);
    if (total === 0) process.stdout.write(`all secrets are already encrypted with "${first}"\n`);
    if (problems.length > 0) throw new CommandFailed(notOpened(problems));
  });
}

interface Secrets {
  readonly db: Db;
  readonly keys: readonly EncryptionKey[];
  /** Names of the configured keys. The first key encrypts. */
  readonly ids: readonly string[];
  readonly vault: ReturnType<typeof makeVault>;
  /** The setting `ENCRYPTION_STRICT`. */
  readonly isStrict: boolean;
}

async function withSecrets(here: Invocation, work: (secrets: Secrets) => Promise<void>): Promise<void> {
  const { database, encryptionKeys, encryptionStrict: isStrict } = loadKeysConfig(await databaseSources(here));
  const db = makeKnex(connectionFor(database, `hukz-keys/${here.version}`), { max: 1 });
  try {
    const vault = makeVault(encryptionKeys, isStrict);
    await work({ db, keys: encryptionKeys, ids: encryptionKeys.map(({ id }) => id), vault, isStrict });
  } catch (error) {
    throw explainDatabase(error, database);
  } finally {
    await db.destroy();
  }
}

/** @throws {CommandFailed} naming each configured key that does not decrypt the secrets stored under its name */
async function refuseWrongKeys(secrets: Secrets): Promise<void> {
  const wrong = await findWrongKeys(secrets.db, secrets.keys);
  if (wrong.length === 0) return;
  const names = wrong.map((id) => `"${id}"`).join(', ');
  throw new CommandFailed(
    `ENCRYPTION_KEYS: ${names} is not the key that the secrets under this name were encrypted with; nothing was changed`,
  );
}

async function refuseOldInstances(db: Db): Promise<void> {
  if (!(await hasOldInstances(db))) return;
  throw new CommandFailed(
    'an instance of an earlier version is running and could not decrypt secrets that are encrypted now; nothing was ' +
      'changed. Upgrade or stop the instance, then run this command again',
  );
}

/** Encrypts secrets in URLs and headers. Returns the number of webhooks that had such secrets. */
async function sealDestinations({ db, vault }: Secrets): Promise<number> {
  const ids = await clearDestinations(db);
  for (const id of ids) await sealDestination({ db, vault }, id);
  return ids.length;
}

async function clearDestinations(db: Db): Promise<readonly number[]> {
  const found: number[] = [];
  for (let after = 0; ; ) {
    const step = await findClearDestinations(db, after, BATCH);
    if (!step) return found;
    after = step.lastId;
    found.push(...step.ids);
  }
}

function clearLine(webhooks: number): string {
  if (webhooks === 0) return '';
  return `${webhooks} webhooks have a secret in their url or headers that is not encrypted: run "hukz keys rotate"\n`;
}

/** Reports whether every secret meets the requirements of `ENCRYPTION_STRICT`. */
function strictLine(stored: readonly StoredKey[], { ids, isStrict }: Pick<Secrets, 'ids' | 'isStrict'>): string {
  if (ids.length === 0) return '';
  const refused = stored.reduce((sum, one) => sum + one.refused, 0);
  if (refused === 0) return `ENCRYPTION_STRICT ${isStrict ? 'is on' : 'can be turned on'}: it refuses no secret\n`;
  const where = isStrict ? 'turn it off and run' : 'run';
  return `ENCRYPTION_STRICT refuses ${refused} secrets that are not encrypted or have an earlier format: ${where} "hukz keys rotate"\n`;
}

function statusLines(stored: readonly StoredKey[], ids: readonly string[]): string {
  const known = ids.map((id) => ({ keyId: id, secrets: 0, refused: 0 }));
  const unseen = known.filter(({ keyId }) => !stored.some((one) => one.keyId === keyId));
  return [...stored, ...unseen]
    .map(({ keyId, secrets }) => `${String(secrets).padStart(8)}  ${keyId ?? '-'}  ${describeKeys(keyId, ids)}\n`)
    .join('');
}

function describeKeys(keyId: string | undefined, ids: readonly string[]): string {
  if (keyId === undefined) return 'not encrypted';
  if (!ids.includes(keyId)) return 'MISSING from ENCRYPTION_KEYS: these secrets cannot be used';
  return keyId === ids[0] ? 'encrypts' : 'decrypts';
}

function notOpened(problems: readonly string[]): string {
  const more = problems.length - MAX_SHOWN;
  const shown = problems.slice(0, MAX_SHOWN).map((problem) => `  ${problem}\n`);
  return `${problems.length} secrets were not changed:\n${shown.join('')}${more > 0 ? `  and ${more} more\n` : ''}`;
}
