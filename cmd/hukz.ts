#!/usr/bin/env node
import { readVersion } from '../internal/version.js';
import type { Invocation } from './invocation.js';
import { runProgram } from './program/run-program.js';

const { stdin, stdout, stderr } = process;
const here: Invocation = {
  env: process.env,
  cwd: process.cwd(),
  version: readVersion(),
  streams: { stdin, stdout, stderr },
};
// A reader that has seen enough, such as `head`, closes the pipe, which is no failure of the command.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
const exitCode = await runProgram(here, process.argv.slice(2));
if (exitCode !== 0) process.exit(exitCode);
