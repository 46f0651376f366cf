const services = {
  '/api/users': 'auth',
  '/api/tickets': 'tickets',
  '/api/orders': 'orders',
  '/api/payments': 'payments',
} as const;

/** The address that answers `path`: `apiUrl`, with the service's name in the place of `{service}`. */
export const serviceUrl = (apiUrl: string, path: string): string => {
  const service = Object.entries(services).find(([prefix]) => path.startsWith(prefix))?.[1];
  return service === undefined ? apiUrl : apiUrl.replace('{service}', service);
};
