import { execFile } from 'node:child_process';
import { appendFile, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../internal/errors.js';
import type { Endings } from '../../internal/local/endings.js';
import { Skipped } from '../failure.js';
import type { Cluster } from './cluster.js';

const run = promisify(execFile);

export interface SmallDisk {
  fill(): Promise<void>;
  free(): Promise<void>;
}

const SIZE = '96m';
const BLOCK = Buffer.alloc(1 << 20);

/**
 * Moves a cluster's tables to a size-limited disk in memory. Its write-ahead log remains where it was: a server that
 * cannot write that log ends, but this scenario needs a server that continues and refuses writes.
 */
export async function mountSmallDisk(cluster: Cluster, directory: string, endings: Endings): Promise<SmallDisk> {
  const place = join(directory, 'small-disk');
  await mkdir(place);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', place]).catch((error: unknown) => {
    throw new Skipped(`this machine cannot mount a tmpfs (${messageOf(error).split('\n')[0]})`);
  });
  endings.add(async () => {
    await cluster.kill();
    await run('umount', [place]);
  });
  await cluster.halt();
  const { dataDir } = cluster;
  await run('cp', ['-a', join(dataDir, 'base'), place]);
  await run('chmod', ['755', place]);
  await rm(join(dataDir, 'base'), { recursive: true });
  await run('ln', ['-s', join(place, 'base'), join(dataDir, 'base')]);
  await cluster.start();
  const ballast = join(place, 'ballast');
  return {
    async fill() {
      await writeFile(ballast, '');
      for (;;) {
        const { bavail, bsize } = await statfs(place);
        const left = bavail * bsize;
        if (left === 0) return;
        await appendFile(ballast, left > BLOCK.length ? BLOCK : BLOCK.subarray(0, left)).catch(() => undefined);
      }
    },
    free: () => rm(ballast),
  };
}
