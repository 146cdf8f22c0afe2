import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { schemes } from '../../internal/domain/signature/schemes.js';
import { listenSecret } from './listen-secret.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hukz-secret-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the secret of hukz listen', () => {
  it('is made once, also by sessions that begin at the same time, and only its user can read it', async () => {
    const path = join(directory, 'hukz', 'secret');
    const secrets = await Promise.all(Array.from({ length: 5 }, () => listenSecret(path, 'standard')));
    expect(new Set([...secrets, await listenSecret(path, 'standard')]).size).toBe(1);
    expect(schemes.standard.problemOf(secrets[0] ?? '')).toBeUndefined();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('fits its scheme, and a file without one is reported with what to do', async () => {
    const path = join(directory, 'secret');
    await writeFile(path, 'short\n', { mode: 0o644 });
    await expect(listenSecret(path, 'github')).rejects.toThrow(
      `${path} contains no secret of the scheme github: delete the file to get another one`,
    );
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
