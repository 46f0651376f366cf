import { isAxiosError } from 'axios';

/**
 * The log line about a request of the site to a service, also about an attempt that is then retried. It has no query, which has what
 * visitors search for.
 */
export const describeNoResponse = (error: unknown): string =>
  isAxiosError(error)
    ? `no response from a service: ${error.config?.method?.toUpperCase() ?? 'request'} ${error.config?.url ?? ''}: ${error.code ?? error.message}`
    : `no response from a service: ${String(error)}`;
