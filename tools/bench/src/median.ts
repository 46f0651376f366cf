import { percentile } from '@ticketing/test/percentile';

export const median = (values: readonly number[]): number => percentile(values, 0.5);
