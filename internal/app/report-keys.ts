import type { EncryptionKey } from '../domain/secret.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Db } from '../store/knex.js';
import { countByKey } from '../store/stored-keys.js';
import type { Vault } from '../store/vault.js';
import { findWrongKeys } from '../store/wrong-keys.js';

export interface ReportKeysParts {
  readonly db: Db;
  readonly vault: Vault;
  readonly keys: readonly EncryptionKey[];
  readonly mode: 'production' | 'development';
  readonly logger: Logger;
}

/**
 * Says at the start what is wrong with the keys of secrets. None of it keeps the service from starting: one webhook whose
 * key was lost must not take the others with it, and only a running service can give it a new secret.
 */
export async function reportKeys({ db, vault, keys, mode, logger }: ReportKeysParts): Promise<void> {
  if (mode === 'production' && keys.length === 0) {
    logger.warn('secrets.not_encrypted', {
      advice: 'set ENCRYPTION_KEYS, then run "hukz keys rotate": secrets of webhooks lie in the database as they are',
    });
  }
  try {
    for (const { keyId, secrets } of await countByKey(db)) {
      if (keyId !== undefined && !keys.some(({ id }) => id === keyId)) {
        const advice = 'ENCRYPTION_KEYS lacks this key: deliveries that need these secrets wait until it is there';
        logger.error('secrets.key_missing', { key_id: keyId, secrets, advice });
      }
    }
    const ids = keys.map(({ id }) => id);
    for (const keyId of await findWrongKeys({ db, vault }, ids)) {
      const advice = `the key "${keyId}" of ENCRYPTION_KEYS is not the one that these secrets were encrypted with`;
      logger.error('secrets.key_wrong', { key_id: keyId, advice: `${advice}: deliveries that need them wait` });
    }
  } catch (error) {
    logger.warn('secrets.not_counted', { error: messageOf(error) });
  }
}
