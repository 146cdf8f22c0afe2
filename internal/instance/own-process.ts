import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process in words that every process in the same place can check. */
export interface NamedProcess {
  /** The running kernel, and the namespaces that decide what it says of processes. */
  readonly place: string;
  /** The pid, and when the process started: a pid is used again. */
  readonly process: string;
}

/** Undefined where the kernel does not say: elsewhere than on Linux, or without /proc. */
export function nameOwnProcess(): NamedProcess | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const { startedAt } = readStat(process.pid);
    // The host's name too: copies of one virtual machine share what their kernel made up before they were copied.
    const place = [hostname(), boot, readlinkSync('/proc/self/ns/pid'), timeNamespace()];
    return { place: place.join(' '), process: `${process.pid} ${startedAt}` };
  } catch {
    return undefined;
  }
}

/** Whether a process of our own place has ended. False while that is not certain. */
export function hasEnded(named: string): boolean {
  const [pid = '', startedAt] = named.split(' ');
  if (!isThere(Number(pid))) return true;
  try {
    const stat = readStat(Number(pid));
    return stat.startedAt !== startedAt || ENDED.has(stat.state);
  } catch {
    // It may have ended a moment ago, or /proc hides what belongs to other users.
    return false;
  }
}

/** In another one, a process seems to have started at another time. Kernels before 5.6 have one for all. */
function timeNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/time');
  } catch {
    return 'time:-';
  }
}

/** Killed and not yet waited for by its parent; its connections are closed. */
const ENDED = new Set(['Z', 'X']);

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The fields behind the name, which may itself hold spaces and brackets; see proc(5). */
function readStat(pid: number): { readonly state: string; readonly startedAt: string } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields[0], fields[19]];
  if (state === undefined || startedAt === undefined) throw new Error(`/proc/${pid}/stat has too few fields`);
  return { state, startedAt };
}
