import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(60_000);

let clone: string;
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'hukz-clone-'));
  for (const name of ['run', 'bootstrap', 'compile', 'build']) copy(`scripts/${name}.mjs`);
  for (const name of ['package.json', 'tsconfig.build.json']) copy(name);
  const settings = JSON.parse(readFileSync('tsconfig.json', 'utf8'));
  write('tsconfig.json', JSON.stringify({ ...settings, include: ['cmd', 'config'] }));
  // Only the compiler is installed, and the lock file says so: the clone never has a reason to change node_modules.
  for (const name of ['package-lock.json', 'node_modules/.package-lock.json']) write(name, '{"packages":{}}');
  for (const name of ['typescript', '@typescript', '@types', 'undici-types'])
    symlinkSync(resolve('node_modules', name), join(clone, 'node_modules', name));
  write('cmd/hukz.ts', "import { one } from '../config/one.js';\nconsole.log(one, process.argv[2]);\n");
  write('cmd/webhooks-cli.ts', 'export {};\n');
  write('config/one.ts', 'export const one = 1;\n');
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

const copy = (name: string) => cpSync(name, join(clone, name), { recursive: true });

function write(name: string, content: string): void {
  mkdirSync(dirname(join(clone, name)), { recursive: true });
  writeFileSync(join(clone, name), content);
}

/** `npm run up` and `npm run smoke` without npm; the program of this clone says what it is and ends. */
function run(command: 'up' | 'smoke' = 'up') {
  const before = compiledAt();
  const env = { ...process.env, NATS_URL: 'nats://127.0.0.1:1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', command], {
    cwd: clone,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr, hasCompiled: compiledAt() !== before };
}

function compiledAt(): number | undefined {
  return statSync(join(clone, 'dist/config/one.js'), { throwIfNoEntry: false })?.mtimeMs;
}

const says = (text: string, hasCompiled: boolean) => ({
  status: 0,
  stdout: expect.stringMatching(new RegExp(`(?:^|\\n)${text}\\n$`)),
  hasCompiled,
});

describe('the start from a clone', () => {
  it('compiles once, and shows the seconds of both phases', () => {
    const phases = (compiling: string) =>
      new RegExp(`^installing +\\d+\\.\\d s {2}.*\\ncompiling +\\d+\\.\\d s {2}${compiling}\\n1 up\\n$`);
    expect(run()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(phases('the sources are compiled into dist/')),
    });
    expect(run()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(phases('dist/ is up to date')),
      hasCompiled: false,
    });
  });

  it('compiles for smoke too, which prints no phase', () => {
    expect(run('smoke')).toMatchObject({ status: 0, stdout: '1 smoke\n', hasCompiled: true });
    expect(run('smoke')).toMatchObject({ status: 0, stdout: '1 smoke\n', hasCompiled: false });
  });

  it('takes what `npm run build` has compiled', () => {
    expect(spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: clone }).status).toBe(0);
    expect(statSync(join(clone, 'dist/cmd/hukz.js')).mode & 0o111).toBe(0o111);
    expect(run()).toMatchObject(says('1 up', false));
  });

  it('compiles again for every change that can make a difference, and only once each', () => {
    run();
    const options = JSON.parse(readFileSync(join(clone, 'tsconfig.json'), 'utf8'));
    const changes: readonly (readonly [what: string, change: () => void, answer: string])[] = [
      ['a source', () => write('config/one.ts', 'export const one = 2;\n'), '2 up'],
      ['back again', () => write('config/one.ts', 'export const one = 1;\n'), '1 up'],
      ['a new source', () => write('config/two.ts', 'export const two = 2;\n'), '1 up'],
      ['a source less', () => rmSync(join(clone, 'config/two.ts')), '1 up'],
      ['a moved line end', () => write('config/one.ts', 'export const one = 1;\n\n'), '1 up'],
      ['an option', () => write('tsconfig.json', JSON.stringify({ ...options, exclude: ['x'] })), '1 up'],
      ['another compiled file', () => write('dist/config/one.js', 'export const one = 3;\n'), '1 up'],
      ['a compiled file less', () => rmSync(join(clone, 'dist/config/one.js')), '1 up'],
      ['no dist/', () => rmSync(join(clone, 'dist'), { recursive: true }), '1 up'],
    ];
    for (const [what, change, answer] of changes) {
      change();
      expect([what, run()]).toEqual([what, expect.objectContaining(says(answer, true))]);
      expect([what, run()]).toEqual([what, expect.objectContaining(says(answer, false))]);
    }
  });

  it('does not compile for a test, a page, or a file that was only written again', () => {
    run();
    write('config/one.test.ts', 'export const test: number = "is not compiled";\n');
    write('README.md', 'a page\n');
    write('config/one.ts', readFileSync(join(clone, 'config/one.ts'), 'utf8'));
    expect(run()).toMatchObject(says('1 up', false));
  });

  it('runs nothing as long as the sources do not compile', () => {
    run();
    write('config/one.ts', 'export const one: number = "a text";\n');
    const failed = { status: 1, stdout: expect.not.stringContaining(' up'), stderr: expect.stringContaining('TS2322') };
    expect(run()).toMatchObject(failed);
    expect(run()).toMatchObject(failed);
    write('config/one.ts', 'export const one = 1;\n');
    expect(run()).toMatchObject(says('1 up', true));
  });
});
