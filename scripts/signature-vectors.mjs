// `npm run signature-vectors`: writes packages/signatures/vectors/ by the server's own code. A test says when it has to
// be run again.
import { mkdirSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
const { vectorFiles } = await import('../internal/domain/signature/vectors.ts');
mkdirSync('packages/signatures/vectors', { recursive: true });
for (const [scheme, text] of vectorFiles()) writeFileSync(`packages/signatures/vectors/${scheme}.json`, text);
