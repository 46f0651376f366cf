import { createTransport } from '@ticketing/common/messaging';
import { commonEnv, readEnv, type ServiceOverrides } from '@ticketing/common/service';
import { required } from '@ticketing/launcher/required';
import { createRandom } from '../random.ts';
import { stallOf, watchFaults } from './faults.ts';
import { faultyTransport } from './faulty-transport.ts';
import { createFaultCounter } from './fault-counts.ts';
import { shiftClock } from './shift-clock.ts';

/** The launcher sets it for every process. */
const dataDirVariable = 'TICKETING_DATA_DIR';

/** Gives a service a fault-injecting transport and an adjustable clock. Only test builds contain it. */
export const faultyOverrides = (service: string, version: 'present' | 'next'): ServiceOverrides => {
  const dataDir = required(process.env[dataDirVariable], dataDirVariable);
  const { count, write } = createFaultCounter(dataDir, service);
  const faults = watchFaults(dataDir, service, () => {
    count(stallOf(service));
    write();
  });
  if (version === 'next') count('startedNextVersion');
  const random = createRandom(process.pid);
  const port = required(process.env['PORT'], 'PORT');
  let known = 0;
  shiftClock(() => {
    const offset = faults().clocks?.[port] ?? 0;
    if (offset !== known) count('clockChanged');
    known = offset;
    return offset;
  });
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
