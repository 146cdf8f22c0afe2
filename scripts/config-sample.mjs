// `npm run config-sample`: writes config.yml from the schema. A test says when it has to be run again.

import { writeFileSync } from 'node:fs';
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
const { configSample } = await import('../config/sample.ts');
writeFileSync('config.yml', configSample());
