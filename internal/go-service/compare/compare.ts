import { type Difference, differencesOf } from './differences.js';
import { knownAs } from './known-differences.js';
import { type Ask, readRequests } from './requests.js';
import { makeUnusableRows } from './unusable-rows.js';

type Found = Difference & { readonly path: string };

export interface Compared {
  readonly requests: number;
  /** Differences that no page describes, each with its request. */
  readonly unknown: readonly Found[];
  /** How often each known difference was found, by its sentence. */
  readonly known: ReadonlyMap<string, number>;
}

/** Sends the same read requests to the Go service and to hukz, and compares the answers. */
export async function compareServices(old: Ask, ours: Ask): Promise<Compared> {
  const found: Found[] = [];
  const rows = makeUnusableRows();
  let requests = 0;
  for await (const path of readRequests(old)) {
    requests++;
    const [before, after] = await Promise.all([old(path), ours(path)]);
    rows.see(before.body);
    const status = before.status === after.status ? [] : [{ place: 'status', old: before.status, ours: after.status }];
    found.push(...[...status, ...differencesOf(before.body, after.body)].map((each) => ({ ...each, path })));
  }
  // Which rows cannot be used is known when all lists were read.
  const unusable = rows.found();
  const unknown: Found[] = [];
  const known = new Map<string, number>();
  for (const difference of found) {
    const says = knownAs(difference, difference.path, unusable);
    if (says === undefined) unknown.push(difference);
    else known.set(says, (known.get(says) ?? 0) + 1);
  }
  return { requests, unknown, known };
}
