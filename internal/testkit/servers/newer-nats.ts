import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The path at which `scripts/bootstrap.mjs` installs the server. Tests run in the root of the repository. */
const INSTALLED = join('node_modules', '.nats-server', 'bin', 'nats-server');
/** The first version with subject transforms, several filters per consumer and TLS before the INFO line. */
const NEWER_FROM = [2, 10] as const;

/**
 * The path of a nats-server of version 2.10 or newer. If it is undefined because none is installed, skip the tests that
 * need one by name.
 */
export function newerNatsServer(): string | undefined {
  return [INSTALLED, 'nats-server'].find(isNewer);
}

function isNewer(program: string): boolean {
  const [, major, minor] = /v(\d+)\.(\d+)\./.exec(versionOf(program)) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > NEWER_FROM[0] || (Number(major) === NEWER_FROM[0] && Number(minor) >= NEWER_FROM[1]);
}

function versionOf(program: string): string {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
