import { required } from '@ticketing/launcher/required';
import type { Product } from '@ticketing/test/start-product';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { countEvents, type EventSizes } from './event-sizes.ts';

const started = z.object({ id: z.string() });
const responses = z.array(z.object({ route: z.string(), statuses: z.record(z.string(), z.number()) }));

/** What the hostile account has achieved. */
export interface Achieved {
  /** The responses that it got, by route and status; status 0 for none. */
  readonly responses: z.infer<typeof responses>;
  readonly events: readonly EventSizes[];
}

/** The hostile account, in a process of its own; it is paused at first. */
export interface HostileAccount {
  resume(): void;
  pause(): void;
  stop(): Promise<Achieved>;
}

export const startHostileAccount = async (
  product: Product,
  options: { readonly address: string; readonly connections: number; readonly ticketIds: readonly string[] },
): Promise<HostileAccount> => {
  const argument = JSON.stringify({ ...options, url: product.loopbackUrl });
  const child = fork(join(import.meta.dirname, 'account.ts'), [argument]);
  const next = async (): Promise<unknown> => {
    const [message]: unknown[] = await once(child, 'message');
    return message;
  };
  const { id } = started.parse(await next());
  const nats = product.processes().find(({ name }) => name === 'nats');
  const events = await countEvents(required(nats, 'nats').url, id);
  return {
    resume: () => child.send('resume'),
    pause: () => child.send('pause'),
    stop: async () => {
      const last = next();
      child.send('stop');
      return { responses: responses.parse(await last), events: await events.stop() };
    },
  };
};
