import { createTransport } from '@ticketing/common/messaging';
import { commonEnv, readEnv, type ServiceOverrides } from '@ticketing/common/service';
import { required } from '@ticketing/launcher/required';
import { createRandom } from '../random.ts';
import { watchFaults } from './faults.ts';
import { faultyTransport } from './faulty-transport.ts';
import { createFaultCounter } from './fault-counts.ts';
import { shiftClock } from './shift-clock.ts';

/** The launcher sets it for every process. */
const dataDirVariable = 'TICKETING_DATA_DIR';

/** Gives a service a fault-injecting transport and an adjustable clock. Only test builds contain it. */
export const faultyOverrides = (service: string): ServiceOverrides => {
  const dataDir = required(process.env[dataDirVariable], dataDirVariable);
  const faults = watchFaults(dataDir, service);
  const count = createFaultCounter(dataDir, service);
  const random = createRandom(process.pid);
  // Replicas of one service are ahead and behind, so that they also differ from each other.
  const sign = process.pid % 2 === 0 ? 1 : -1;
  shiftClock(() => sign * (faults().clocks?.[service] ?? 0));
  return {
    transport: (logger) =>
      faultyTransport(createTransport(readEnv(commonEnv, process.env), { clientName: service, logger }), {
        faults: () => faults().bus,
        lateBus: () => faults().lateBus,
        chance: () => random.next(),
        count,
      }),
  };
};
