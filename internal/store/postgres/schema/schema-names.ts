/**
 * The schema of our tables. The Go service has its own in `public`, under the same names, and both programs can have
 * the same `DATABASE_*` settings.
 */
export const OWN_SCHEMA = 'hukz';
export const MIGRATIONS_TABLE = 'hukz_migrations';
