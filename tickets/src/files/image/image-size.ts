import { FileRefusedError } from '../refusal.ts';

const maxPixels = 50_000_000;

/** Checks what a picture's header says, before anything of that size is allocated. @throws FileRefusedError */
export const requireSize = (width: number, height: number): void => {
  if (width === 0 || height === 0) throw new FileRefusedError('damaged');
  if (width * height > maxPixels) throw new FileRefusedError('megapixels');
};
