import { readdir, readFile } from 'node:fs/promises';

/** The unit of CPU times in /proc. All functions of this file return NaN where there is no /proc. */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly own: number;
  readonly reaped: number;
}

/**
 * Returns the CPU seconds (user and system) of a process and, with `withChildren`, of all its descendants, including
 * those that have ended.
 */
export async function readCpuSeconds(pid: number, withChildren = false): Promise<number> {
  const stat = await readStat(pid);
  if (!stat) return Number.NaN;
  if (!withChildren) return stat.own / TICKS_PER_SECOND;
  const children = await readChildren(pid);
  const ticks = children.reduce((sum, { own, reaped }) => sum + own + reaped, stat.own + stat.reaped);
  return ticks / TICKS_PER_SECOND;
}

/** Returns the peak memory of the process plus that of each of its descendants, in MB. */
export function readPeakMegabytes(pid: number): Promise<number> {
  return readMegabytes(pid, /^VmHWM:\s+(\d+) kB/m);
}

/** Returns the current memory of the process and its descendants, in MB. */
export function readResidentMegabytes(pid: number): Promise<number> {
  return readMegabytes(pid, /^VmRSS:\s+(\d+) kB/m);
}

async function readMegabytes(pid: number, line: RegExp): Promise<number> {
  const pids = [pid, ...(await readChildren(pid)).map((child) => child.pid)];
  const read = async (each: number) => {
    const status = await readFile(`/proc/${each}/status`, 'utf8').catch(() => '');
    // A child may have ended since it was listed.
    return Number(line.exec(status)?.[1] ?? (each === pid ? Number.NaN : 0)) / 1024;
  };
  return (await Promise.all(pids.map(read))).reduce((sum, megabytes) => sum + megabytes, 0);
}

async function readChildren(pid: number): Promise<readonly Stat[]> {
  const names = await readdir('/proc').catch((): string[] => []);
  const all = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => readStat(Number(name))));
  return all.filter((each) => each !== undefined).filter(({ parent }) => parent === pid);
}

/** Reads the fields after the name, which may contain spaces and brackets; see proc(5). */
async function readStat(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (index: number) => Number(fields[index] ?? 0);
  return { pid, parent: at(1), own: at(11) + at(12), reaped: at(13) + at(14) };
}
