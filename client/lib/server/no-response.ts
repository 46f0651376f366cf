import { isAxiosError } from 'axios';

/** The log line about a request of the site to a service. It has no query, which has what visitors search for. */
export const describeNoResponse = (error: unknown): string =>
  isAxiosError(error)
    ? `a service has not responded: ${error.config?.method?.toUpperCase()} ${error.config?.url}: ${error.code ?? error.message}`
    : `a service has not responded: ${String(error)}`;
