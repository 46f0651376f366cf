import type { Product } from '@ticketing/test/start-product';

/** The product that the set-up starts and the tear-down ends. */
export const sharedProduct: { product?: Product; dataDir?: string } = {};
