import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.js';

const run = promisify(execFile);

/** What a cluster was at a moment, like a standby that received nothing after it. */
export interface EarlierState {
  /** Ends the cluster as a power cut would and puts the earlier state in its place. The cluster is not started. */
  replace(): Promise<void>;
}

/** Copies a cluster's files while it is stopped, and starts it again. */
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
