import type { EncryptionKey } from '../domain/secrets/secret.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Db } from '../store/postgres/knex.js';
import { countByKey } from '../store/secrets/stored-keys.js';
import { findWrongKeys } from '../store/secrets/wrong-keys.js';

export interface ReportKeysParts {
  readonly db: Db;
  readonly keys: readonly EncryptionKey[];
  /** `ENCRYPTION_STRICT` */
  readonly isStrict: boolean;
  readonly mode: 'production' | 'development';
  readonly logger: Logger;
}

const REFUSED =
  'ENCRYPTION_STRICT refuses secrets that are not encrypted or in the earlier form: deliveries that need them wait. ' +
  'If "hukz keys rotate" was never completed, switch ENCRYPTION_STRICT off and run it; otherwise give these webhooks new secrets';

/**
 * Reports at the start which encryption keys are wrong or missing. No such problem keeps the service from starting: one
 * webhook whose key was lost must not stop the others, and only a running service can give that webhook a new secret.
 */
export async function reportKeys({ db, keys, isStrict, mode, logger }: ReportKeysParts): Promise<void> {
  if (mode === 'production' && keys.length === 0) {
    logger.warn('secrets.not_encrypted', {
      advice: 'set ENCRYPTION_KEYS, then run "hukz keys rotate": the secrets of webhooks are stored unencrypted',
    });
  }
  try {
    const stored = await countByKey(db);
    const refused = stored.reduce((sum, { refused }) => sum + refused, 0);
    if (isStrict && refused > 0) logger.error('secrets.refused', { secrets: refused, advice: REFUSED });
    for (const { keyId, secrets } of stored) {
      if (keyId !== undefined && !keys.some(({ id }) => id === keyId)) {
        const advice = 'ENCRYPTION_KEYS lacks this key: deliveries that need these secrets wait until it is there';
        logger.error('secrets.key_missing', { key_id: keyId, secrets, advice });
      }
    }
    for (const keyId of await findWrongKeys(db, keys)) {
      const advice = `the key "${keyId}" of ENCRYPTION_KEYS is not the one that these secrets were encrypted with`;
      logger.error('secrets.key_wrong', { key_id: keyId, advice: `${advice}: deliveries that need them wait` });
    }
  } catch (error) {
    logger.warn('secrets.not_counted', { error: messageOf(error) });
  }
}
