const services = {
  '/api/users': 'auth',
  '/api/tickets': 'tickets',
  '/api/events': 'tickets',
  '/api/orders': 'orders',
  '/api/payments': 'payments',
} as const;

/** The base URL for `path`: `apiUrl` with `{service}` replaced by the name of the service that owns the path. */
export const serviceUrl = (apiUrl: string, path: string): string => {
  const service = Object.entries(services).find(([prefix]) => path.startsWith(prefix))?.[1];
  return service === undefined ? apiUrl : apiUrl.replace('{service}', service);
};
