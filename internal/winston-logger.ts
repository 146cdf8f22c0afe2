import winston from 'winston';
import type { LogFields, Logger, LogLevel } from './logger.js';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json` for machines, `pretty` for people in development. */
  readonly format: 'json' | 'pretty';
  /** Fields that are added to every line. */
  readonly fields?: LogFields;
  readonly stream?: NodeJS.WritableStream;
}

const json = winston.format.printf(({ level, message, timestamp, ...fields }) =>
  JSON.stringify({ time: timestamp, level, name: message, ...fields }),
);

const pretty = winston.format.printf(({ level, message, timestamp, ...fields }) => {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  const words = present.map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [String(timestamp).slice(11, 23), level.padEnd(5), String(message), ...words].join(' ');
});

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** A line below the level costs a call of an empty function. */
export function makeLogger(options: LoggerOptions): Logger {
  const transport = options.stream
    ? new winston.transports.Stream({ stream: options.stream })
    : new winston.transports.Console();
  const sink = winston.createLogger({
    level: options.level,
    format: winston.format.combine(winston.format.timestamp(), options.format === 'json' ? json : pretty),
    transports: [transport],
  });
  const at = (level: LogLevel): Logger[LogLevel] =>
    LEVELS.indexOf(level) > LEVELS.indexOf(options.level)
      ? () => undefined
      : (name, fields = {}) => {
          sink.log({ ...options.fields, ...fields, level, message: name });
        };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
