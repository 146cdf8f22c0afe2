import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { roomOf } from './profile-rooms.js';

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

const FUNCTIONS_SHOWN = 30;

/** The work of the profiled process after its start. */
export interface Profiled {
  /** The time from the start of the process until it was ready, which is not counted. */
  readonly readyAfterMs: number;
  readonly deliveries: number;
  /**
   * CPU seconds. The samples of a profile follow the wall clock and include time in which other processes had the
   * cores.
   */
  readonly cpuSeconds: number;
}

/**
 * Summarises the newest CPU profile in the directory, without idle time and the start: by parts of the service in CPU
 * microseconds per delivery, and by functions, each with its self time.
 */
export async function profileSummary(directory: string, profiled: Profiled): Promise<string> {
  const path = await newestProfile(directory);
  const profile = JSON.parse(await readFile(path, 'utf8')) as Profile;
  const selfMs = selfTimes(profile, profiled.readyAfterMs);
  const rooms = new Map<string, number>();
  const functions = new Map<string, number>();
  for (const { id, callFrame } of profile.nodes) {
    if (callFrame.functionName === '(idle)') continue;
    const ms = selfMs.get(id) ?? 0;
    const file = fileOf(callFrame.url);
    add(rooms, roomOf(file, callFrame.functionName), ms);
    add(functions, spellFrame(callFrame, file), ms);
  }
  const busy = [...rooms.values()].reduce((sum, ms) => sum + ms, 0);
  const share = (ms: number) => `${((ms / busy) * 100).toFixed(1)} %`;
  const cpuEach = (profiled.cpuSeconds * 1e6) / profiled.deliveries;
  const each = (ms: number) => ((ms / busy) * cpuEach).toFixed(1);
  return [
    `${basename(path)}: ${profiled.cpuSeconds.toFixed(1)} s of CPU for ${profiled.deliveries} deliveries, start left out`,
    '',
    '| where | µs per delivery | share |',
    '|---|---:|---:|',
    ...largest(rooms).map(([room, ms]) => `| ${room} | ${each(ms)} | ${share(ms)} |`),
    `| all | ${each(busy)} | |`,
    '',
    ...largest(functions)
      .slice(0, FUNCTIONS_SHOWN)
      .map(([name, ms]) => `${share(ms).padStart(7)}  ${name}`),
  ].join('\n');
}

/** The self time of each node in milliseconds, from samples after `fromMs`. */
function selfTimes({ samples, timeDeltas }: Profile, fromMs: number): ReadonlyMap<number, number> {
  const selfMs = new Map<number, number>();
  let at = 0;
  for (const [index, id] of samples.entries()) {
    const ms = (timeDeltas[index] ?? 0) / 1000;
    at += ms;
    if (at >= fromMs) add(selfMs, id, ms);
  }
  return selfMs;
}

function add<K>(sums: Map<K, number>, key: K, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

const largest = (sums: ReadonlyMap<string, number>) => [...sums].sort(([, a], [, b]) => b - a);

/** Packages have directories named dist too. */
const fileOf = (url: string) =>
  url.includes('/node_modules/') ? url.replace(/^.*\/node_modules\//, '') : url.replace(/^.*\/dist\//, '');

function spellFrame({ functionName, lineNumber }: Frame, file: string): string {
  return file === '' ? functionName : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
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
