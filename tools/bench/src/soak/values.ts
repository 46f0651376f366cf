import { required } from '@ticketing/launcher/required';
import type { Sample } from '@ticketing/watchdog/prometheus';
import { sum } from '../cpu.ts';

/** @throws Error when no process has the metric: the sum of a metric that was renamed would be flat for ever. */
export const totalOf = (samples: readonly Sample[], name: string): number => {
  const own = samples.filter((sample) => sample.name === name);
  required(own[0], `metric ${name}`);
  return sum(own.map(({ value }) => value));
};

/** Of Redis' response to INFO. @throws Error when it does not say. */
export const usedMemoryOf = (info: string): number =>
  Number(required(/^used_memory:(\d+)/m.exec(info)?.[1], 'used_memory of Redis'));
