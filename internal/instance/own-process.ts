import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The name of a process, in a form that every process in the same place can check. */
export interface NamedProcess {
  /** The running kernel, and the namespaces that decide which processes it shows. */
  readonly place: string;
  /** The pid and the start time of the process, because a pid is used again. */
  readonly process: string;
}

/** Returns undefined where the kernel does not say: on systems other than Linux, or without /proc. */
export function nameOwnProcess(): NamedProcess | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const { startedAt } = readStat(process.pid);
    // The host's name is included, because copies of one virtual machine share the ids that their kernel generated
    // earlier.
    const place = [hostname(), boot, readlinkSync('/proc/self/ns/pid'), timeNamespace()];
    return { place: place.join(' '), process: `${process.pid} ${startedAt}` };
  } catch {
    return undefined;
  }
}

/** Returns whether a process in our own place has ended; false while that is not certain. */
export function hasEnded(named: string): boolean {
  const [pid = '', startedAt] = named.split(' ');
  if (!isThere(Number(pid))) return true;
  try {
    const stat = readStat(Number(pid));
    return stat.startedAt !== startedAt || ENDED.has(stat.state);
  } catch {
    // The process may have ended a moment ago, or /proc may hide the processes of other users.
    return false;
  }
}

/** In another time namespace a process has another start time. Kernels before 5.6 have only one such namespace. */
function timeNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/time');
  } catch {
    return 'time:-';
  }
}

/** The process was killed, and its parent has not waited for it yet. Its connections are closed. */
const ENDED = new Set(['Z', 'X']);

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Reads the fields behind the name, which may itself contain spaces and brackets; see proc(5). */
function readStat(pid: number): { readonly state: string; readonly startedAt: string } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields[0], fields[19]];
  if (state === undefined || startedAt === undefined) throw new Error(`/proc/${pid}/stat has too few fields`);
  return { state, startedAt };
}
