import { discard } from '../product.ts';
import { sharedProduct } from './shared-product.ts';

const tearDown = async (): Promise<void> => {
  if (sharedProduct.dataDir !== undefined) await discard(sharedProduct.product, sharedProduct.dataDir);
};

// oxlint-disable-next-line import/no-default-export -- Jest asks for it.
export default tearDown;
