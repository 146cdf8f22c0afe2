import { loadConfig } from '../../config/load.js';
import { subjectRulesOf } from '../../internal/app/subject-rules.js';
import { bringBack } from '../../internal/go-service/back/back-catalog.js';
import { bringLogsBack } from '../../internal/go-service/back/back-logs.js';
import { importCatalog } from '../../internal/go-service/import/import-catalog.js';
import { countLogs, importLogs } from '../../internal/go-service/import/import-logs.js';
import { ImportRefused } from '../../internal/go-service/import/import-refused.js';
import { hasOurTables, previewCatalog } from '../../internal/go-service/import/preview-catalog.js';
import { hasGoTables } from '../../internal/go-service/rows/read-tables.js';
import { connectionFor } from '../../internal/store/postgres/connection.js';
import { type Db, makeKnex } from '../../internal/store/postgres/knex.js';
import { migrate } from '../../internal/store/postgres/migrate.js';
import { requireUsableServer } from '../../internal/store/postgres/usable-server.js';
import { makeVault } from '../../internal/store/secrets/vault.js';
import { makeLogger } from '../../internal/winston-logger.js';
import { CommandFailed } from '../command-failed.js';
import { databaseSources } from '../database/database-sources.js';
import { explainDatabase } from '../database/explain-database.js';
import type { Invocation } from '../invocation.js';
import { backText, importText } from './import-text.js';
import { showProgress } from './progress.js';

export interface ImportOptions {
  readonly dryRun: boolean;
  /** Also logs that are not older than this many milliseconds. */
  readonly logsMs: number | undefined;
  readonly delta: boolean;
  readonly back: boolean;
  /** The schema with the tables of the Go service. */
  readonly schema: string;
}

/** `hukz import`: brings events, webhooks and logs from the tables of the Go service, or changes back into them. */
export async function importFromGo(here: Invocation, options: ImportOptions): Promise<void> {
  const config = loadConfig(await databaseSources(here));
  const connection = connectionFor(config.database, `hukz-import/${here.version}`);
  const logger = makeLogger(config.log);
  const db = makeKnex(connection, { max: 2 });
  try {
    if (!(await hasGoTables(db, options.schema)))
      throw new ImportRefused(
        `the schema ${options.schema} of this database has no tables of the Go service: check DATABASE_NAME and --schema`,
      );
    // A dry run says what the import would do, so it ends as the import would if the server cannot be used.
    await (options.dryRun ? requireUsableServer(connection) : migrate(connection, 'up', logger));
    const parts = {
      db,
      vault: makeVault(config.encryptionKeys, config.encryptionStrict),
      rules: subjectRulesOf(config, logger),
    };
    process.stdout.write(await (options.back ? back(parts, options) : bring(parts, options)));
  } catch (error) {
    if (error instanceof ImportRefused) throw new CommandFailed(error.message);
    throw explainDatabase(error, config.database);
  } finally {
    await db.destroy();
  }
}

type Parts = Omit<Parameters<typeof importCatalog>[0], 'schema' | 'delta' | 'dryRun'>;

async function bring(parts: Parts, { schema, delta, dryRun, logsMs }: ImportOptions): Promise<string> {
  const isEmpty = dryRun && !delta && !(await hasOurTables(parts.db));
  const catalog = isEmpty
    ? await previewCatalog({ ...parts, schema })
    : await importCatalog({ ...parts, schema, delta, dryRun });
  return importText(catalog, { dryRun, logs: await bringLogs(parts.db, { schema, dryRun: dryRun, logsMs, isEmpty }) });
}

interface Logs extends Pick<ImportOptions, 'schema' | 'dryRun' | 'logsMs'> {
  readonly isEmpty: boolean;
}

async function bringLogs(db: Db, { schema, dryRun, logsMs, isEmpty }: Logs) {
  if (logsMs === undefined) return undefined;
  const since = new Date(Date.now() - logsMs);
  if (dryRun) return { brought: isEmpty ? undefined : await countLogs(db, schema, since), skipped: 0, withoutBody: 0 };
  const progress = showProgress('logs');
  const report = await importLogs({ db, schema, since, onProgress: progress.show });
  progress.end();
  return report;
}

async function back(parts: Parts, { schema, dryRun, logsMs }: ImportOptions): Promise<string> {
  if (!(await hasOurTables(parts.db)))
    throw new ImportRefused('this database has no tables of hukz: there is nothing to bring back');
  const report = await bringBack({ ...parts, schema, dryRun });
  if (dryRun || logsMs === undefined) return backText(report, { dryRun, logs: undefined });
  const progress = showProgress('logs');
  const since = new Date(Date.now() - logsMs);
  const logs = await bringLogsBack({ db: parts.db, schema, since, onProgress: (done) => progress.show(done, done) });
  progress.end();
  return backText(report, { dryRun, logs });
}
