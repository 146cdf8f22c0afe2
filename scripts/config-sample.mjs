// `npm run config-sample`: writes config.yml, and the table of the README, from the schema. A test fails when they are
// stale.

import { readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
const { configSample, withConfigTable } = await import('../config/sample.ts');
writeFileSync('config.yml', configSample());
writeFileSync('README.md', withConfigTable(readFileSync('README.md', 'utf8')));
