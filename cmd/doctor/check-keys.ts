import type { Config } from '../../config/config.js';
import type { Db } from '../../internal/store/postgres/knex.js';
import { countByKey } from '../../internal/store/secrets/stored-keys.js';
import { findWrongKeys } from '../../internal/store/secrets/wrong-keys.js';
import { type Check, fail, ok, warn } from './check.js';

const NAME = 'encryption keys';

/** Whether the configured keys open what is stored. Names of keys are no secrets. */
export async function checkKeys(
  db: Db,
  { encryptionKeys: keys }: Pick<Config, 'encryptionKeys'>,
): Promise<readonly Check[]> {
  const { rows } = await db.raw(`select to_regclass('webhook_secrets') is not null as "isThere"`);
  if (!rows[0]?.isThere) return [];
  const stored = await countByKey(db);
  const ids = keys.map(({ id }) => id);
  const missing = stored.flatMap(({ keyId }) => (keyId === undefined || ids.includes(keyId) ? [] : [keyId]));
  if (missing.length > 0)
    return [
      fail(NAME, `secrets are stored under ${quoted(missing)}, which is not configured`, 'Add it to ENCRYPTION_KEYS.'),
    ];
  const wrong = await findWrongKeys(db, keys);
  if (wrong.length > 0)
    return [fail(NAME, `${quoted(wrong)} does not open what is stored under its name`, 'Correct ENCRYPTION_KEYS.')];
  const clear = stored.find(({ keyId }) => keyId === undefined)?.secrets ?? 0;
  const [first] = ids;
  if (first === undefined)
    return [
      warn(NAME, `none; ${clear} secrets are stored as they are`, 'Set ENCRYPTION_KEYS, then run "hukz keys rotate".'),
    ];
  if (clear > 0) return [warn(NAME, `${clear} secrets are not encrypted`, 'Run "hukz keys rotate".')];
  return [ok(NAME, `every secret opens; "${first}" encrypts`)];
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
