import { services } from '@ticketing/scripts/topology';
import { request } from 'undici';
import type { Product } from './product.ts';

const sample = /^([a-z_]+)(\{[^}]*\})? ([0-9.e+]+)$/;

/** The sums of the services' counters, over all replicas; a process that was killed took its own with it. */
export const readCounters = async (product: Product): Promise<ReadonlyMap<string, number>> => {
  const sums = new Map<string, number>();
  const names: readonly string[] = services;
  for (const process of product.processes().filter(({ name }) => names.includes(name))) {
    const response = await request(`${process.url}/metrics`);
    for (const line of (await response.body.text()).split('\n')) {
      const [, name, labels = '', value] = sample.exec(line) ?? [];
      if (name === undefined || !name.endsWith('_total')) continue;
      const key = `${name}${labels}`;
      sums.set(key, (sums.get(key) ?? 0) + Number(value));
    }
  }
  return sums;
};
