import type { Fault } from './schedule.ts';

interface FaultKind {
  /** In the picture of a run. */
  readonly colour: string;
  /** Whether no order may be possible while it lasts, which then is not the fault of what was killed meanwhile. */
  readonly isOutage?: (fault: Fault) => boolean;
  /** The stores that a product must have for it; any without it. */
  readonly needs?: 'clusters' | 'single stores' | 'disks';
}

/** Without one of these services, or its database, no order is possible; without another one, orders go on. */
const onOrderPath: readonly string[] = ['tickets', 'orders', 'payments', 'expiration'];

/** Every kind of fault, in the order of README's tables. */
export const faultKinds: Readonly<Record<Fault['kind'], FaultKind>> = {
  kill: { colour: '#b91c1c' },
  freeze: { colour: '#0369a1' },
  outage: { colour: '#7c2d12' },
  'empty redis': { colour: '#a21caf' },
  bus: { colour: '#ca8a04' },
  'late bus': { colour: '#a16207' },
  stripe: { colour: '#4d7c0f' },
  'slow stripe': { colour: '#65a30d' },
  clock: { colour: '#475569' },
  jump: { colour: '#57534e' },
  consumer: { colour: '#9d174d' },
  stall: { colour: '#1e3a8a' },
  database: { colour: '#166534', isOutage: (fault) => 'service' in fault && onOrderPath.includes(fault.service) },
  versions: { colour: '#4338ca' },
  'full stream': { colour: '#9f1239', isOutage: () => true },
  'full disk': { colour: '#854d0e', isOutage: () => true, needs: 'disks' },
  'store put back': { colour: '#581c87', needs: 'single stores' },
  leader: { colour: '#991b1b', needs: 'clusters' },
  election: { colour: '#7e22ce', needs: 'clusters' },
  minority: { colour: '#c2410c', needs: 'clusters' },
  partition: { colour: '#0f766e', needs: 'clusters' },
  link: { colour: '#0e7490', needs: 'clusters' },
};
