// `node --import …/register-typescript.mjs file.ts` runs a separate process from the current sources.
import { register } from 'node:module';

register('../../scripts/typescript-hooks.mjs', import.meta.url);
