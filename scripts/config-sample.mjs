// `npm run config-sample`: writes config.yml, and README's table, from the schema. A test says when it has to be run again.

import { readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
const { configSample, withConfigTable } = await import('../config/sample.ts');
writeFileSync('config.yml', configSample());
writeFileSync('README.md', withConfigTable(readFileSync('README.md', 'utf8')));
