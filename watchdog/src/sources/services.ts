export const services = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'notifications'] as const;
export type ServiceName = (typeof services)[number];

/** One value for each service. */
export const perService = <Value>(valueOf: (service: ServiceName) => Value): Readonly<Record<ServiceName, Value>> => ({
  auth: valueOf('auth'),
  tickets: valueOf('tickets'),
  orders: valueOf('orders'),
  expiration: valueOf('expiration'),
  payments: valueOf('payments'),
  notifications: valueOf('notifications'),
});
