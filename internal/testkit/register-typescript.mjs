// `node --import …/register-typescript.mjs file.ts`: a process of its own from the sources, as they are now.
import { register } from 'node:module';

register('../../scripts/typescript-hooks.mjs', import.meta.url);
