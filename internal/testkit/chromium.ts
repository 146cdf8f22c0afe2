import { spawnSync } from 'node:child_process';

/** The Chromium in PATH, which `scripts/bootstrap.mjs --chromium` installs where it can; undefined: skip by name. */
export function findChromium(): string | undefined {
  const isThere = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
  for (const program of ['chromium', 'chromium-browser', 'google-chrome']) {
    if (isThere(program)) return spawnSync('which', [program], { encoding: 'utf8' }).stdout.trim();
  }
  return undefined;
}
