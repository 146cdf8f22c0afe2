import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { type Db, makeKnex } from '../../store/postgres/knex.js';
import { migrate } from '../../store/postgres/migrate.js';
import { makeVault } from '../../store/secrets/vault.js';
import { makeTestLogger } from '../kits/test-logger.js';
import { type GoDatabase, makeGoDatabase } from './make-go-database.js';

/** A database of the Go service with the tables of hukz beside it, which are empty. A new one for each test. */
export class GoImportKit {
  go!: GoDatabase;
  db!: Db;
  private readonly key = randomBytes(32);
  readonly vault = makeVault([{ id: 'k', key: this.key }]);
  /** The environment of an instance on this database, besides its address. */
  readonly settings = { HUKZ_ENCRYPTION_KEYS: `k:${this.key.toString('base64')}` };

  async open(): Promise<void> {
    this.go = await makeGoDatabase();
    await this.go.query('create schema if not exists hukz');
    const connection = { ...this.go.connection, options: '-c search_path=hukz' };
    await migrate(connection, 'up', makeTestLogger());
    this.db = makeKnex(connection, { max: 4 });
  }

  async close(): Promise<void> {
    await this.db?.destroy();
    await this.go?.drop();
  }

  /** The parts that `importCatalog` and `bringBack` take. */
  get parts() {
    return { db: this.db, vault: this.vault, schema: 'public', rules: { allowAll: false } };
  }
}

export function useGoImport(): GoImportKit {
  const kit = new GoImportKit();
  beforeEach(() => kit.open());
  afterEach(() => kit.close());
  afterAll(() => kit.close());
  return kit;
}
