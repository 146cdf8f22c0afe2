import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { useAppKit } from '../testkit/kits/use-app-kit.js';

const run = promisify(execFile);
const clients = 'scripts/clients';
const STRICT = '--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck --types node'.split(
  ' ',
);
const MODULES = '--ignoreConfig --module nodenext --target es2023 --lib es2023,dom'.split(' ');

const kit = useAppKit();
let folder: string;
beforeAll(async () => {
  // Beneath node_modules, so that the program finds the packages, and no other tool finds the program.
  folder = await mkdtemp('node_modules/.generated-client-');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('is a TypeScript client, generated from the document, whose program compiles and does what it says', async () => {
  const { text } = await kit.hukz.api.get('/openapi.json').expect(200);
  await writeFile(join(folder, 'openapi.json'), text);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await cp(join(clients, 'smoke.ts'), join(folder, 'smoke.ts'));
  const generator = ['--import', `./${clients}/old-typescript.mjs`, 'node_modules/openapi-typescript/bin/cli.js'];
  const paths = ['--default-non-nullable', 'false', '--output', join(folder, 'paths.ts')];
  await run(process.execPath, [...generator, join(folder, 'openapi.json'), ...paths]);
  await run(process.execPath, ['node_modules/typescript/bin/tsc', ...STRICT, ...MODULES, join(folder, 'smoke.ts')]);
  const { stdout } = await run(process.execPath, [
    join(folder, 'smoke.js'),
    `http://127.0.0.1:${kit.hukz.app.port}`,
    `http://127.0.0.1:${kit.receiver.port}/hook`,
  ]);
  expect(JSON.parse(stdout)).toEqual({
    duplicate: true,
    state: 'delivered',
    attempts: [{ outcome: 'delivered', status: 200 }],
    listed: ['Typed'],
    changed: 'Changed',
    refused: ['url'],
    removed: [200, 200],
  });
  expect(kit.receiver.requests).toHaveLength(1);
});
