import { type Difference, differencesOf } from './differences.js';
import { knownAs } from './known-differences.js';
import { type Ask, readRequests } from './requests.js';

export interface Compared {
  readonly requests: number;
  /** Differences that no page describes, each with its request. */
  readonly unknown: readonly (Difference & { readonly path: string })[];
  /** How often each known difference was found, by its sentence. */
  readonly known: ReadonlyMap<string, number>;
}

/** Sends the same read requests to the Go service and to hukz, and compares the answers. */
export async function compareServices(old: Ask, ours: Ask): Promise<Compared> {
  const unknown: (Difference & { path: string })[] = [];
  const known = new Map<string, number>();
  let requests = 0;
  for await (const path of readRequests(old)) {
    requests++;
    const [before, after] = await Promise.all([old(path), ours(path)]);
    const status = before.status === after.status ? [] : [{ place: 'status', old: before.status, ours: after.status }];
    for (const difference of [...status, ...differencesOf(before.body, after.body)]) {
      const says = knownAs(difference, path);
      if (says === undefined) unknown.push({ ...difference, path });
      else known.set(says, (known.get(says) ?? 0) + 1);
    }
  }
  return { requests, unknown, known };
}
