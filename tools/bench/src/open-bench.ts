import { required } from '@ticketing/launcher/required';
import { openHttpClient } from '@ticketing/test/http-client';
import { startProduct } from '@ticketing/test/start-product';
import { measureBaseline, startInserts, type BaselineFigures } from './baseline/measure-baseline.ts';
import type { Bench, MeasuredProduct } from './scenario.ts';
import { signUpMany } from './users.ts';

/** Few accounts hold many tickets. */
const limits = { MAX_LIVE_HOLDS: '10000' };

interface Running {
  readonly product: MeasuredProduct;
  readonly stop: () => Promise<void>;
}

const start = async (settings: Readonly<Record<string, string>>): Promise<Running> => {
  const started = await startProduct({ settings: { ...limits, ...settings } });
  const client = openHttpClient(started.loopbackUrl, { connections: 64 });
  const stop = async () => {
    await client.close();
    await started.stop();
  };
  try {
    const processes = started.processes();
    const process = (name: string) =>
      required(
        processes.find((one) => one.name === name),
        `${name} in processes.json`,
      );
    const sellers = await signUpMany(client, 'seller', 8);
    const buyers = await signUpMany(client, 'buyer', 40);
    const mongoUrl = (database: string) => {
      const url = new URL(process('mongod').url);
      url.pathname = `/${database}`;
      return url.href;
    };
    const product: MeasuredProduct = {
      url: started.url,
      loopbackUrl: started.loopbackUrl,
      dataDir: started.dataDir,
      processes,
      client,
      sellers,
      seller: required(sellers[0], 'seller'),
      buyers,
      buyer: required(buyers[0], 'buyer'),
      process,
      mongoUrl,
      startInserts: () => startInserts(mongoUrl('bench-baseline'), process('mongod')),
      whileFrozen: async (names, action) => {
        const frozen = processes.filter(({ name }) => names.includes(name));
        for (const one of frozen) started.signal(one, 'SIGSTOP');
        try {
          return await action();
        } finally {
          for (const one of frozen) started.signal(one, 'SIGCONT');
        }
      },
    };
    return { product, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Starts a product when a scenario asks for one; one runs at a time. */
export const openBench = (
  options: Pick<Bench, 'scale' | 'journeys'>,
): Bench & {
  /** Stops the product that runs, so that the next scenario gets another one. */
  readonly stop: () => Promise<void>;
} => {
  let running: Running | undefined;
  let isShared = false;
  let baseline: Promise<BaselineFigures> | undefined;
  const stop = async () => {
    const last = running;
    running = undefined;
    await last?.stop();
  };
  const open = async (settings: Readonly<Record<string, string>>, share: boolean) => {
    await stop();
    running = await start(settings);
    isShared = share;
    return running.product;
  };
  const product = async () => (running !== undefined && isShared ? running.product : open({}, true));
  return {
    ...options,
    product,
    freshProduct: (settings = {}) => open(settings, false),
    baseline: () => {
      baseline ??= (async () => {
        const measured = running?.product ?? (await product());
        return measureBaseline(measured.mongoUrl('bench-baseline'), measured.process('mongod'), {
          requests: 10_000 * options.scale,
        });
      })();
      return baseline;
    },
    stop,
  };
};
