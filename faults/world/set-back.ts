import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.js';

const run = promisify(execFile);

/** The state of a cluster at one moment, as on a standby that received nothing after it. */
export interface EarlierState {
  /**
   * Ends the cluster as a power cut would and replaces its files with the earlier state. The cluster is not started.
   */
  replace(): Promise<void>;
}

/** Copies the files of a cluster while it is stopped, and starts it again. */
export async function keepState(cluster: Cluster): Promise<EarlierState> {
  const copy = `${cluster.dataDir}.earlier`;
  await cluster.halt();
  await run('cp', ['-a', cluster.dataDir, copy]);
  await cluster.start();
  return {
    async replace() {
      await cluster.kill();
      await rm(cluster.dataDir, { recursive: true });
      await rename(copy, cluster.dataDir);
    },
  };
}
