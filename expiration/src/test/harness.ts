import { orderCreated, orderExpired, type EventMessage, type OrderState } from '@ticketing/common/events';
import { newOrder } from '@ticketing/common/events/testing';
import type { RunningService } from '@ticketing/common/service';
import { openTestSystem } from '@ticketing/common/testing';
import { expect } from '@jest/globals';
import { Redis } from 'ioredis';
import { readConfig } from '../config.ts';
import type { TimerDocument } from '../models/open-models.ts';
import { startService } from '../service.ts';

type Env = Readonly<Record<string, string>>;

export type ExpirationHarness = Awaited<ReturnType<typeof openHarness>>;

/** One running expiration service, its timers and its alarms in Redis. `env` applies to every replica. */
export const openHarness = async (env: Env = {}) => {
  const system = await openTestSystem();
  const redis = new Redis(system.env['REDIS_URL'] ?? '');
  const startReplica = (ownEnv: Env = {}): Promise<RunningService> =>
    system.start((overrides) =>
      startService(readConfig({ ...system.env, REDIS_PREFIX: system.name, ...env, ...ownEnv }), overrides),
    );
  await startReplica();

  const timers = system.collection<TimerDocument>('timers');
  const timerOf = (orderId: string) => timers.findOne({ _id: orderId });
  /** An order that expires in `holdMs`. */
  const order = (holdMs: number, changes: Partial<OrderState> = {}): OrderState =>
    newOrder({ expiresAt: new Date(system.clock.now().getTime() + holdMs).toISOString(), ...changes });
  const created = async (holdMs: number): Promise<OrderState> => {
    const state = order(holdMs);
    await system.publish(orderCreated, state);
    return state;
  };
  /** The order.expired events of an order, oldest first, each once however often the relay sent it. */
  const ringsOf = (orderId: string): EventMessage[] => {
    const rings = system.events(orderExpired).filter(({ data }) => data.orderId === orderId);
    return [...new Map(rings.map((ring) => [ring.id, ring])).values()].toSorted(
      (one, other) => one.aggregate.version - other.aggregate.version,
    );
  };

  return {
    system,
    redis,
    startReplica,
    timers,
    timerOf,
    order,
    created,
    /** An order that expires in `holdMs` and whose timer is stored. */
    armed: async (holdMs: number): Promise<OrderState> => {
      const state = await created(holdMs);
      await system.eventually(async () => expect(await timerOf(state.id)).toMatchObject({ armed: true }));
      return state;
    },
    ringsOf,
    firstRingOf: (orderId: string) =>
      system.eventually(() => {
        const [ring] = ringsOf(orderId);
        if (ring === undefined) throw new Error('not rung yet');
        return ring;
      }),
    hasAlarm: async (orderId: string): Promise<boolean> =>
      (await redis.exists(`${system.name}:timers:${orderId}`)) === 1,
    close: async (): Promise<void> => {
      await system.close();
      await redis.quit();
    },
  };
};
