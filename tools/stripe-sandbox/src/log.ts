export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export type LogLevel = (typeof logLevels)[number];

export interface Log {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

/** JSON lines, shaped like those of the services. Bodies and card data are never handed to it. */
export const createLog = (level: LogLevel, write: (line: string) => void): Log => {
  const threshold = logLevels.indexOf(level);
  const at = (name: LogLevel, number: number) => (fields: object, message: string) => {
    if (logLevels.indexOf(name) > threshold) return;
    const line = { level: number, time: new Date().toISOString(), service: 'stripe-sandbox', ...fields, msg: message };
    write(`${JSON.stringify(line)}\n`);
  };
  return { error: at('error', 50), warn: at('warn', 40), info: at('info', 30) };
};
