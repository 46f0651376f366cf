import { consumedEvents } from '../../events/index.ts';

/** Name of the durable consumer of one service for one event. */
export const durableName = (service: string, subject: string): string => `${service}_${subject.replaceAll('.', '-')}`;

/** A durable consumer that has to exist while the product runs. */
export interface RequiredDurable {
  readonly durable: string;
  readonly subject: string;
}

/** The durable consumers of all services. */
export const requiredDurables: readonly RequiredDurable[] = Object.entries(consumedEvents).flatMap(
  ([service, events]) => events.map(({ type }) => ({ durable: durableName(service, type), subject: type })),
);
