import { chargeUpdated, orderCancelled, orderCreated, orderUpdated, type OrderState } from '@ticketing/common/events';
import { newOrder } from '@ticketing/common/events/testing';
import type { RunningService } from '@ticketing/common/service';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import { readConfig } from '../config.ts';
import type { AccountGateway } from '../gateways/stripe/accounts.ts';
import type { PaymentGateway } from '../gateways/stripe/gateway.ts';
import type { TransferGateway } from '../gateways/stripe/transfers.ts';
import type { PaymentDocument } from '../models/payment.ts';
import { startService, type PaymentsOverrides } from '../service.ts';
import { openSandbox, webhookSecret, type Sandbox } from './sandbox.ts';

export type Step =
  | 'tryCard'
  | 'blockAttempt'
  | 'findIntent'
  | 'readIntent'
  | 'cancelIntent'
  | 'refund'
  | 'readMoney'
  | keyof AccountGateway
  | keyof TransferGateway;

export interface HttpResponse {
  readonly status: number;
  readonly body: unknown;
}

/** Running payments services on a real Stripe sandbox, with the requests of buyers and the events of orders. */
export interface PaymentsUnderTest {
  readonly system: TestSystem;
  readonly sandbox: Sandbox;
  /** Environment of the services. */
  readonly env: Readonly<Record<string, string>>;
  /** The first service's address. */
  readonly url: string;
  startReplica(
    options?: Pick<PaymentsOverrides, 'waitForOrderMs' | 'completionMs' | 'onDatabaseCommand'> & {
      readonly env?: Readonly<Record<string, string>>;
    },
  ): Promise<RunningService>;
  /** Makes the next call of `step` throw, before or after it reaches Stripe, as if its process had died there. */
  dieAt(when: 'before' | 'after', step: Step): void;
  /** Pauses the next call of `step` before or after it reaches Stripe; `reached` resolves then. */
  pauseAt(when: 'before' | 'after', step: Step): { readonly reached: Promise<void>; readonly goOn: () => void };
  /** How often Stripe was called. */
  calls(step: Step): number;
  pay(
    orderId: string,
    token?: string,
    options?: { readonly userId?: string; readonly url?: string },
  ): Promise<HttpResponse>;
  /** A request of a user; the body is sent as JSON. */
  call(
    userId: string,
    method: string,
    path: string,
    options?: { readonly body?: object; readonly url?: string },
  ): Promise<HttpResponse>;
  get(orderId: string, userId?: string): Promise<HttpResponse>;
  request(method: string, path: string, options?: RequestInit & { readonly url?: string }): Promise<HttpResponse>;
  /** Publishes an order that can be paid and waits until it is copied. */
  payable(changes?: Partial<OrderState>): Promise<OrderState>;
  /** Several of them at once. */
  payables(count: number): Promise<OrderState[]>;
  /** Publishes the order's newest state and waits until it is copied. */
  cancel(order: OrderState, reason?: OrderState['reason']): Promise<OrderState>;
  stored(orderId: string): Promise<PaymentDocument | null>;
  /** The charge.updated events of an order, oldest version first. */
  updates(orderId: string): ReturnType<typeof chargeUpdated.parse>['data'][];
  close(): Promise<void>;
}

const request = async (path: string, base: string, init: RequestInit): Promise<HttpResponse> => {
  const response = await fetch(`${base}${path}`, {
    ...init,
    headers: { Connection: 'close', ...Object.fromEntries(new Headers(init.headers)) },
  });
  const text = await response.text();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, body };
};

export const openPayments = async (
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly webhookUrl?: string;
  } & Pick<PaymentsOverrides, 'timeoutMs' | 'followEveryMs' | 'completionMs'> = {},
): Promise<PaymentsUnderTest> => {
  const { timeoutMs = 20_000 } = options;
  const [system, sandbox] = await Promise.all([
    openTestSystem(),
    openSandbox(options.webhookUrl === undefined ? {} : { webhookUrl: options.webhookUrl }),
  ]);
  const env = {
    ...system.env,
    STRIPE_KEY: 'sk_test_sandbox',
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_HOST: sandbox.url,
    ...options.env,
  };

  const hooks = new Map<string, () => Promise<void>>();
  const counts = new Map<Step, number>();
  const through = async <T>(step: Step, call: () => Promise<T>): Promise<T> => {
    counts.set(step, (counts.get(step) ?? 0) + 1);
    const take = async (when: 'before' | 'after') => {
      const hook = hooks.get(`${when} ${step}`);
      hooks.delete(`${when} ${step}`);
      await hook?.();
    };
    await take('before');
    const result = await call();
    await take('after');
    return result;
  };
  /** Tests advance the clock of the services, not that of the sandbox. */
  const inSandboxTime = ({ from, to }: { readonly from: Date; readonly to: Date }) => {
    const aheadMs = system.clock.now().getTime() - Date.now();
    return { from: new Date(from.getTime() - aheadMs), to };
  };
  const gateway = (real: PaymentGateway): PaymentGateway => ({
    ...real,
    tryCard: (...args) => through('tryCard', () => real.tryCard(...args)),
    blockAttempt: (...args) => through('blockAttempt', () => real.blockAttempt(...args)),
    findIntent: (orderId, created, deadline) =>
      through('findIntent', () => real.findIntent(orderId, inSandboxTime(created), deadline)),
    readIntent: (...args) => through('readIntent', () => real.readIntent(...args)),
    cancelIntent: (...args) => through('cancelIntent', () => real.cancelIntent(...args)),
    refund: (...args) => through('refund', () => real.refund(...args)),
    readMoney: (...args) => through('readMoney', () => real.readMoney(...args)),
  });
  const accounts = (real: AccountGateway): AccountGateway => ({
    createAccount: (...args) => through('createAccount', () => real.createAccount(...args)),
    createOnboardingLink: (...args) => through('createOnboardingLink', () => real.createOnboardingLink(...args)),
    readAccount: (...args) => through('readAccount', () => real.readAccount(...args)),
  });

  const transfers = (real: TransferGateway): TransferGateway => ({
    createTransfer: (...args) => through('createTransfer', () => real.createTransfer(...args)),
    findTransfer: (...args) => through('findTransfer', () => real.findTransfer(...args)),
    reverseTransfer: (...args) => through('reverseTransfer', () => real.reverseTransfer(...args)),
  });

  const startReplica: PaymentsUnderTest['startReplica'] = ({ env: changed, ...replica } = {}) =>
    system.start((overrides) =>
      startService(readConfig({ ...env, ...changed }), {
        ...overrides,
        gateway,
        accounts,
        transfers,
        timeoutMs,
        // Nobody completes an order but the tests.
        completionMs: options.completionMs ?? 0,
        ...(options.followEveryMs === undefined ? {} : { followEveryMs: options.followEveryMs }),
        ...replica,
      }),
    );
  const { url } = await startReplica();

  const payments = system.collection<PaymentDocument>('payments');
  const copied = (orders: readonly OrderState[]): Promise<void> =>
    system.eventually(async () => {
      const wanted = orders.map(({ id, version }) => ({ _id: id, 'order.version': { $gte: version } }));
      if ((await payments.countDocuments({ $or: wanted })) < orders.length) throw new Error('not copied yet');
    });
  const payables = async (count: number, changes: Partial<OrderState> = {}): Promise<OrderState[]> => {
    const expiresAt = new Date(system.clock.now().getTime() + 900_000).toISOString();
    const orders = Array.from({ length: count }, () =>
      newOrder({ status: 'awaiting:payment', version: 1, expiresAt, ...changes }),
    );
    await Promise.all(
      orders.flatMap((order) => [
        system.publish(orderCreated, { ...order, status: 'created', version: 0 }),
        system.publish(orderUpdated, order),
      ]),
    );
    await copied(orders);
    return orders;
  };

  const call: PaymentsUnderTest['call'] = (userId, method, path, { body, url: base = url } = {}) =>
    request(path, base, {
      method,
      headers: { ...system.as(userId), 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  return {
    system,
    sandbox,
    env,
    url,
    startReplica,
    dieAt: (when, step) => {
      hooks.set(`${when} ${step}`, () => Promise.reject(new Error('died')));
    },
    pauseAt: (when, step) => {
      const { promise: going, resolve: goOn } = Promise.withResolvers<void>();
      const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
      hooks.set(`${when} ${step}`, () => {
        reach();
        return going;
      });
      return { reached, goOn };
    },
    calls: (step) => counts.get(step) ?? 0,
    call,
    pay: (orderId, token = 'tok_visa', { userId = 'buyer', ...options } = {}) =>
      call(userId, 'POST', '/api/payments', { body: { orderId, token }, ...options }),
    get: (orderId, userId = 'buyer') => call(userId, 'GET', `/api/payments/${orderId}`),
    request: (method, path, { url: base = url, ...init } = {}) => request(path, base, { ...init, method }),
    payable: async (changes) => {
      const [order] = await payables(1, changes);
      if (order === undefined) throw new Error('no order');
      return order;
    },
    payables,
    cancel: async (order, reason = 'by_buyer') => {
      const cancelled = { ...order, version: order.version + 1, status: 'cancelled' as const, reason };
      await system.publish(orderCancelled, cancelled);
      await copied([cancelled]);
      return cancelled;
    },
    stored: (orderId) => payments.findOne({ _id: orderId }),
    updates: (orderId) =>
      system
        .events(chargeUpdated)
        .map(({ data }) => data)
        .filter((data) => data.id === orderId)
        .toSorted((a, b) => a.version - b.version),
    close: async () => {
      await system.close();
      await sandbox.close();
    },
  };
};
