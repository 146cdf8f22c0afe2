import type { LogFields, Logger, LogLevel } from '../../logger.js';
import { watchFields } from '../leaks/watch-leaks.js';

export interface LogLine {
  readonly level: LogLevel;
  readonly name: string;
  readonly fields: LogFields;
}

/** A logger that prints nothing and keeps its lines for the test. No line may have a secret. */
export function makeTestLogger(): Logger & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLevel) =>
    (name: string, fields: LogFields = {}) => {
      lines.push({ level, name, fields });
      watchFields(`the log line ${name}`, fields);
    };
  return { lines, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
