import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SHOWN = 40;

/** Where the newest CPU profile in the directory spent its time: functions by the time in themselves, idle left out. */
export async function profileSummary(directory: string): Promise<string> {
  const path = await newestProfile(directory);
  const profile = JSON.parse(await readFile(path, 'utf8')) as Profile;
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, spellFrame(callFrame)]));
  const selfMs = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const name = names.get(id) ?? '?';
    selfMs.set(name, (selfMs.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1000);
  }
  selfMs.delete('(idle)');
  const busy = [...selfMs.values()].reduce((sum, ms) => sum + ms, 0);
  const lines = [...selfMs]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([name, ms]) => `${((ms / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
  return [`${basename(path)}: ${(busy / 1000).toFixed(1)} s busy, start included`, ...lines].join('\n');
}

function spellFrame({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName;
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^.*\/dist\//, '');
  return `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
}

async function newestProfile(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.cpuprofile'));
  const found = await Promise.all(
    names.map(async (name) => ({ path: join(directory, name), at: (await stat(join(directory, name))).mtimeMs })),
  );
  const [newest] = found.sort((a, b) => b.at - a.at);
  if (!newest) throw new Error(`the service left no profile in ${directory}`);
  return newest.path;
}
