import type { Hukz } from '../../packages/client/src/hukz.js';
import type { ManyChanged } from '../../packages/client/src/resources/deliveries.js';
import type { Columns } from '../output/columns.js';
import type { Session } from '../session/session.js';

type Changed = Omit<ManyChanged, 'dry_run'>;

const CHANGED: Columns<Changed> = [{ name: 'matched' }, { name: 'changed' }, { name: 'skipped' }];

type ChangeMany = (hukz: Hukz, selection: { readonly ids: string[] }) => Promise<ManyChanged>;

const IDS_PER_REQUEST = 500;

/** Changes many deliveries by their ids, in as few requests as it takes, and prints how many were changed. */
export async function changeByIds(session: Session, ids: readonly string[], change: ChangeMany): Promise<void> {
  const sum = { matched: 0, changed: 0, skipped: 0 };
  for (let at = 0; at < ids.length; at += IDS_PER_REQUEST) {
    const { matched, changed, skipped } = await change(session.hukz, { ids: ids.slice(at, at + IDS_PER_REQUEST) });
    sum.matched += matched;
    sum.changed += changed;
    sum.skipped += skipped;
  }
  if (session.out.format === 'name') session.out.text(ids.join('\n'));
  else await printChanged(session, sum);
}

/** Prints how many deliveries were changed. */
export function printChanged({ out }: Session, { matched, changed, skipped }: Changed): Promise<void> {
  return out.object({ matched, changed, skipped }, CHANGED);
}
