import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { packageProblems } from '../testkit/packages/packed-packages.js';
import { startReceiver } from '../testkit/servers/receiver.js';

const compiler = resolve('node_modules/typescript/bin/tsc');
let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'hukz-embedded-'));
  const installed = join(project, 'node_modules/hukz');
  mkdirSync(installed, { recursive: true });
  cpSync('package.json', join(installed, 'package.json'));
  const dist = join(installed, 'dist');
  const options = ['-p', 'tsconfig.embedded.json', '--declaration', 'false', '--outDir', dist];
  execFileSync(process.execPath, [compiler, ...options]);
  const script = resolve('scripts/entry-types.mjs');
  const write = `import { writeEntryTypes } from ${JSON.stringify(script)}; writeEntryTypes('.', process.argv[1]);`;
  execFileSync(process.execPath, ['--input-type=module', '-e', write, dist]);
  // Nothing else of what the service needs is there.
  symlinkSync(resolve('node_modules/undici'), join(project, 'node_modules/undici'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

it('hukz/embedded works in an empty project with undici as its only dependency', async () => {
  const receiver = await startReceiver();
  writeFileSync(
    join(project, 'program.js'),
    `import { EmitterError, startEmitter } from 'hukz/embedded';
     const emitter = startEmitter({ allowNetworks: ['127.0.0.0/8'] });
     await emitter.attach('my_emitter', 'some_event', { url: process.argv[2], secret: 'supersecret' });
     const emitted = await emitter.emit('some_event', { data: 'foobar' }, 'own-id');
     const report = await emitter.stop();
     const refused = await emitter.emit('some_event', {}).catch((error) => error instanceof EmitterError && error.code);
     console.log(JSON.stringify({ emitted, report, refused }));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['program.js', receiver.url], { cwd: project });
  expect(JSON.parse(stdout)).toEqual({
    emitted: { requestId: 'own-id', webhooks: 1 },
    report: { undelivered: [] },
    refused: 'stopped',
  });
  expect(receiver.requests.map(({ headers }) => headers['x-webhooks-delivery'])).toEqual(['own-id']);
  await receiver.stop();
});

it('hukz/embedded has types that need no others', () => {
  writeFileSync(
    join(project, 'program.ts'),
    `import { type Attempt, type Emitter, type EmitterConfig, type GivenUp, startEmitter } from 'hukz/embedded';
     const config: EmitterConfig = { url: 'https://example.com/hook', maxRetries: 5, backoff: { start: 100 } };
     const attempts: Attempt[] = [];
     const emitter: Emitter = startEmitter({ onAttempt: (attempt) => attempts.push(attempt) });
     const attached: 'ok' | 'already_exists' | 'already_present' = await emitter.attach('a', 'b', config);
     const letters = (await emitter.stop()).undelivered satisfies readonly Omit<GivenUp, 'because'>[];
     // @ts-expect-error a typing error in a configuration is found
     await emitter.attach('a', 'b', { url: 'https://example.com', retries: 1 });
     export { attached, letters };`,
  );
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', ''];
  const { stdout } = spawnSync(process.execPath, [compiler, ...options, 'program.ts'], {
    cwd: project,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});

/** Packs the installed package, with programs in place of the command lines. */
async function packed(): Promise<readonly string[]> {
  const installed = join(project, 'node_modules/hukz');
  mkdirSync(join(installed, 'dist/cmd'), { recursive: true });
  for (const program of ['hukz.js', 'webhooks-cli.js']) {
    writeFileSync(join(installed, 'dist/cmd', program), '#!/usr/bin/env node\n');
  }
  const pack = ['pack', '--ignore-scripts', '--pack-destination', project];
  await promisify(execFile)('npm', pack, { cwd: installed });
  return readdirSync(project)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(project, name));
}

it('hukz/embedded has no fault that publint or "Are the types wrong?" know, and would show one', async () => {
  expect(await packageProblems(await packed())).toBe('');
  const types = join(project, 'node_modules/hukz/dist/internal/embedded/embedded.d.ts');
  rmSync(types);
  const problems = await packageProblems(await packed());
  expect(problems).toContain('embedded.d.ts but the file does not exist');
  expect(problems).toMatch(/UntypedResolution|NoResolution/);
});
