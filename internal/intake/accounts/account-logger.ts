import type { LogFields, Logger, LogLevel } from '../../logger.js';

/** Lines about the state of one connection. `intake.degraded` reports the changes of state of all accounts. */
const OF_CONNECTION = /^(?:nats|subscriptions|subscription)\./;

/**
 * Names the account in each line. With hundreds of accounts, a server that is away would be hundreds of lines, so that
 * lines about the connection are for `LOG_LEVEL=debug`.
 */
export function accountLogger(logger: Logger, account: string): Logger {
  const { debug } = logger;
  const at = (level: LogLevel) => {
    const write = logger[level];
    return (name: string, fields: LogFields = {}) =>
      OF_CONNECTION.test(name) ? debug(name, { account, ...fields }) : write(name, { account, ...fields });
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
