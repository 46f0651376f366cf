import type { Product } from '../product.ts';

/** What the set-up has started and the tear-down ends. */
export const sharedProduct: { product?: Product; dataDir?: string } = {};
