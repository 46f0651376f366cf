import { createTransport } from '@ticketing/common/messaging';
import { commonEnv, readEnv, type ServiceOverrides } from '@ticketing/common/service';
import { createRandom } from '../random.ts';
import { watchFaults } from './faults.ts';
import { faultyTransport } from './faulty-transport.ts';
import { createTally } from './tally.ts';

/** The launcher tells every process that it starts whose it is. */
const dataDirVariable = 'TICKETING_DATA_DIR';

/** A service's transport with faults and a clock that can be set wrong; part of test builds only. */
export const faultyOverrides = (service: string): ServiceOverrides => {
  const dataDir = process.env[dataDirVariable];
  if (dataDir === undefined) throw new Error(`${dataDirVariable} is missing`);
  const faults = watchFaults(dataDir);
  const tally = createTally(dataDir, service);
  const random = createRandom(process.pid);
  return {
    now: () => new Date(Date.now() + (faults().clocks?.[service] ?? 0)),
    transport: (logger) =>
      faultyTransport(createTransport(readEnv(commonEnv, process.env), { clientName: service, logger }), {
        faults: () => faults().bus,
        chance: () => random.next(),
        tally,
      }),
  };
};
