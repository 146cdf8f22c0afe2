export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFields = Readonly<Record<string, unknown>>;
type Write = (name: string, fields?: LogFields) => void;

/** Writes one wide line per fact: the name first (`app.started`), then its fields. Messages are never built strings. */
export type Logger = Readonly<Record<LogLevel, Write>>;
