import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { hasEnded, nameOwnProcess } from './own-process.js';

let children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});

const start = (command: string): ChildProcess => {
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return child;
};
/** The name that an instance with this pid would give itself. */
const nameOf = (pid: number) => `${pid} ${fieldsOf(pid)[19]}`;
const fieldsOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');

it('this process has a name in its place, and has not ended', () => {
  const self = nameOwnProcess();
  expect(self?.place.split(' ')).toHaveLength(4);
  expect(nameOwnProcess()).toEqual(self);
  expect(hasEnded(self?.process ?? '')).toBe(false);
});

it('a process that is killed has ended, one that is stopped has not, and neither has one of another start', async () => {
  const { pid = 0 } = start('exec sleep 60');
  const name = nameOf(pid);
  process.kill(pid, 'SIGSTOP');
  await eventually(() => fieldsOf(pid)[0] === 'T', { what: 'it is stopped' });
  expect(hasEnded(name)).toBe(false);
  // The pid was given to a process that started later.
  expect(hasEnded(`${pid} 1`)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await eventually(() => hasEnded(name), { what: 'its end' });
});

it('a process has ended although its parent does not want to know', async () => {
  const parent = start('sleep 0.2 & echo $!; exec sleep 60');
  const pid = await new Promise<number>((resolve) => {
    parent.stdout?.once('data', (text: Buffer) => resolve(Number(String(text))));
  });
  const name = nameOf(pid);
  await eventually(() => fieldsOf(pid)[0] === 'Z', { what: 'a zombie' });
  expect(hasEnded(name)).toBe(true);
});
