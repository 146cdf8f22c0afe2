#!/usr/bin/env node
import { readVersion } from '../internal/version.js';
import { runWebhooksCli } from './webhooks-rs/webhooks-program.js';

const { stdin, stdout, stderr, env } = process;
const here = { env, cwd: process.cwd(), version: readVersion(), streams: { stdin, stdout, stderr } };
process.exitCode = await runWebhooksCli(here, process.argv.slice(2));
