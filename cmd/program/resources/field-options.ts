import type { Command } from 'commander';
import { collect } from '../arguments.js';

/** The options of fields that events, webhooks and spaces share. */
export function addFieldOptions(command: Command): Command {
  return command
    .option('--name <name>', 'a name for display')
    .option('--key <key>', 'a key of your own, by which key:<key> names it')
    .option('--tag <key:value>', 'a tag, repeatable; together they replace all tags', collect)
    .option('--managed-by <name>', 'the program that manages it')
    .option('--data <json>', 'more fields of the API, as a JSON object, @file, or - for standard input');
}

/** The options of lists that can be filtered by tags. */
export function addTagFilters(command: Command): Command {
  return command
    .option('--tag <key:value>', 'only those with this tag, repeatable', collect)
    .option('--managed-by <name>', 'only those that this program manages');
}

/** The options of lists of what happened. */
export function addTimeFilters(command: Command): Command {
  return command
    .option('--event <event>', 'only this subject, or the event key:<key>')
    .option('--since <time>', 'from this time: 2026-01-31T12:00:00Z, 2026-01-31, or how long ago, such as 2h')
    .option('--until <time>', 'before this time');
}
