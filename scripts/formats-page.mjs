// `npm run formats-page`: writes docs/formats.md from what the formats render. A test says when it has to be run again.

import { writeFileSync } from 'node:fs';
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
const { formatsPage } = await import('../internal/domain/format/formats-page.ts');
writeFileSync('docs/formats.md', formatsPage());
