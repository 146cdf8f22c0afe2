import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { useAppKit } from '../internal/testkit/kits/use-app-kit.js';
import { machinePace } from '../internal/testkit/turns/machine-pace.js';

jest.setTimeout(300_000);

const run = promisify(execFile);
/** The parts of this repository that `npm pack` compiles and packs. */
const SOURCES = ['cmd', 'config', 'internal', 'migrations', 'bench', 'faults', 'packages', 'scripts', 'docs'];
const FILES = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.embedded.json', 'config.yml'];
const OTHERS = ['CHANGELOG.md', 'README.md', 'LICENSE', 'package-lock.json'];
const MAX_CPU_MS = 200;

const kit = useAppKit();
let home: string;
let project: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'hukz-installed-'));
  const [clone, installed] = [join(home, 'clone'), join(home, 'project', 'node_modules')];
  project = join(home, 'project');
  await mkdir(join(installed, '.bin'), { recursive: true });
  const isSource = (path: string) => !/[\\/](?:dist|node_modules)(?:[\\/]|$)/.test(path.slice(resolve('.').length));
  for (const name of SOURCES) await cp(resolve(name), join(clone, name), { recursive: true, filter: isSource });
  for (const name of [...FILES, ...OTHERS]) await cp(name, join(clone, name));
  await symlink(resolve('node_modules'), join(clone, 'node_modules'));
  await run('npm', ['pack', '--pack-destination', home], { cwd: clone, maxBuffer: 1 << 26 });
  await mkdir(join(installed, 'hukz'));
  const { version, dependencies, bin } = JSON.parse(await readFile('package.json', 'utf8'));
  const archive = join(home, `hukz-${version}.tgz`);
  await run('tar', ['-xzf', archive, '-C', join(installed, 'hukz'), '--strip-components', '1']);
  for (const name of Object.keys(dependencies)) await link(name, installed);
  for (const [name, path] of Object.entries<string>(bin))
    await symlink(join('..', 'hukz', path), join(installed, '.bin', name));
  await writeFile(join(project, 'package.json'), '{"private":true}');
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Makes a dependency of the package visible, as its installation would. */
async function link(name: string, installed: string): Promise<void> {
  await mkdir(join(installed, name, '..'), { recursive: true });
  await symlink(resolve('node_modules', name), join(installed, name));
}

const call = async (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const path = join(project, 'node_modules', '.bin', program);
  const { stdout } = await run(path, args, { cwd: project, env: { PATH: process.env.PATH, HOME: project, ...env } });
  return stdout;
};

describe('the packed package, installed in an empty project', () => {
  it('has programs that print their version and help', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect(await call('hukz', ['--version'])).toBe(`${version}\n`);
    expect(await call('webhooks-cli', ['--help'])).toContain('Resource for application management');
    expect(await call('hukz', ['sign', '--help'])).toContain('Example:');
  });

  it('prints its version with little CPU time', () => {
    const script = `TIMEFORMAT='%U %S'; time ./node_modules/.bin/hukz --version`;
    const tries = Array.from({ length: 10 }, () => {
      const { stderr } = spawnSync('bash', ['-c', script], { cwd: project, encoding: 'utf8' });
      return stderr
        .trim()
        .split(/\s+/)
        .reduce((sum, seconds) => sum + Number(seconds.replace(',', '.')) * 1000, 0);
    });
    expect(Math.min(...tries)).toBeGreaterThan(0);
    expect(Math.min(...tries) / machinePace()).toBeLessThan(MAX_CPU_MS);
  });

  it('does with hukz and webhooks-cli what their documents show, against a started service', async () => {
    const url = `http://127.0.0.1:${kit.hukz.app.port}`;
    const env = { SERVER_URL: `${url}/v1/`, HUKZ_URL: url, HUKZ_USER: '1' };
    const application = await call('webhooks-cli', ['application', 'create', 'example application'], env);
    const [, app = ''] =
      /^App (app_\w{27}) with name 'example application' has been created\n$/.exec(application) ?? [];
    const receiver = `${kit.receiver.url}/hook`;
    const endpoint = await call('webhooks-cli', ['endpoint', 'create', app, receiver, 'contact.created'], env);
    expect(endpoint).toMatch(/^Endpoint ep_\w{27} has been created\n$/);
    const event = await call('webhooks-cli', ['event', 'create', app, 'contact.created', '{"foo":"bar"}'], env);
    expect(event).toMatch(/^Event evt_\w{27} has been created\n$/);
    const [request] = await kit.receiver.waitFor(1);
    expect([request?.url, String(request?.body)]).toEqual(['/hook', '{"foo":"bar"}']);
    const listed = await call('hukz', ['webhook', 'list', '--columns', 'url,events'], env);
    expect(listed).toContain(`${receiver}  contact.created\n`);
  });
});
