// `node --import ./scripts/clients/old-typescript.mjs node_modules/openapi-typescript/bin/cli.js …`: openapi-typescript
// builds its output with the API of the compiler, which TypeScript 7 does not have. The package
// `@typescript/typescript6` has it, and may be installed beside version 7.
import { register } from 'node:module';

const hook = `export const resolve = (name, context, next) =>
  next(name === 'typescript' ? '@typescript/typescript6' : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`, import.meta.url);
