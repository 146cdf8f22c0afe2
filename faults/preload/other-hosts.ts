// This module is loaded into an instance before the program, which then reads the file FAULTS_HOSTS in place of
// /etc/hosts, as on a machine whose names lead elsewhere.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { readFileSync, statSync } = fs;
const insteadOf = (path: unknown) => (path === '/etc/hosts' ? process.env.FAULTS_HOSTS : path);

Object.assign(fs, {
  readFileSync: (path: unknown, ...rest: readonly unknown[]) =>
    Reflect.apply(readFileSync, fs, [insteadOf(path), ...rest]),
  statSync: (path: unknown, ...rest: readonly unknown[]) => Reflect.apply(statSync, fs, [insteadOf(path), ...rest]),
});
syncBuiltinESMExports();
