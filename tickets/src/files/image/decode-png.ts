import { once } from 'node:events';
import { createInflate } from 'node:zlib';
import { FileRefusedError } from '../refusal.ts';
import type { GrayImage } from './gray-image.ts';
import type { PngChunks } from './png.ts';

/** Which pixels a pass has: every `dx`th of every `dy`th row, from (`x`, `y`) on. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const wholeImage: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const adam7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const paeth = (left: number, up: number, upLeft: number): number => {
  const estimate = left + up - upLeft;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - upLeft)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : upLeft;
};

/** Undoes the filter of a row (whose first byte names it) in place. */
const unfilter = (row: Uint8Array, above: Uint8Array, pixelBytes: number): void => {
  const filter = row[0] ?? 0;
  if (filter > 4) throw new FileRefusedError('damaged');
  if (filter === 0) return;
  for (let at = 1; at < row.length; at += 1) {
    const left = at > pixelBytes ? (row[at - pixelBytes] ?? 0) : 0;
    const up = above[at] ?? 0;
    let predicted = left;
    if (filter === 2) predicted = up;
    else if (filter === 3) predicted = (left + up) >> 1;
    else if (filter === 4) predicted = paeth(left, up, at > pixelBytes ? (above[at - pixelBytes] ?? 0) : 0);
    row[at] = (row[at] ?? 0) + predicted;
  }
};

const luminance = (red: number, green: number, blue: number): number => (red * 306 + green * 601 + blue * 117) >> 10;
const onWhite = (gray: number, alpha: number): number => 255 + ((((gray - 255) * alpha) / 255) | 0);

/** A function that returns the shade of the pixel at `x` of a row. */
const shadeReader = (png: PngChunks): ((row: Uint8Array, x: number) => number) => {
  const { bitDepth, colorType, palette, alphas } = png;
  const bytes = bitDepth === 16 ? 2 : 1; // the first byte of a sample of two is its shade
  if (colorType === 2) {
    return (row, x) => {
      const at = 1 + x * 3 * bytes;
      return luminance(row[at] ?? 0, row[at + bytes] ?? 0, row[at + 2 * bytes] ?? 0);
    };
  }
  if (colorType === 4) return (row, x) => onWhite(row[1 + x * 2 * bytes] ?? 0, row[1 + (x * 2 + 1) * bytes] ?? 0);
  if (colorType === 6) {
    return (row, x) => {
      const at = 1 + x * 4 * bytes;
      return onWhite(luminance(row[at] ?? 0, row[at + bytes] ?? 0, row[at + 2 * bytes] ?? 0), row[at + 3 * bytes] ?? 0);
    };
  }
  if (bitDepth >= 8 && colorType === 0) return (row, x) => row[1 + x * bytes] ?? 0;
  const perByte = 8 / bitDepth;
  const highest = 2 ** bitDepth - 1;
  const shades = Uint8Array.from({ length: highest + 1 }, (_, value) =>
    colorType === 0
      ? (value * 255) / highest
      : onWhite(
          luminance(palette[value * 3] ?? 0, palette[value * 3 + 1] ?? 0, palette[value * 3 + 2] ?? 0),
          alphas[value] ?? 255,
        ),
  );
  return (row, x) => {
    const shift = bitDepth * (perByte - 1 - (x % perByte));
    return shades[((row[1 + ((x / perByte) | 0)] ?? 0) >> shift) & highest] ?? 0;
  };
};

/** Takes decompressed bytes as they come and fills the image; says whether all of it has come. */
const rowReader = (png: PngChunks, pixels: Uint8Array) => {
  const bits = png.bitDepth * (channelsOf[png.colorType] ?? 1);
  const pixelBytes = Math.max(1, bits >> 3);
  const shadeOf = shadeReader(png);
  const passes = (png.isInterlaced ? adam7 : wholeImage).filter(({ x, y }) => x < png.width && y < png.height);
  let pass = passes.shift();
  let y = pass?.y ?? 0;
  let filled = 0;
  const newRow = () =>
    new Uint8Array(1 + (pass === undefined ? 0 : Math.ceil((Math.ceil((png.width - pass.x) / pass.dx) * bits) / 8)));
  let row = newRow();
  let above = newRow();

  const finishRow = ({ x: firstX, dx, dy }: Pass): void => {
    unfilter(row, above, pixelBytes);
    for (let x = firstX, column = 0; x < png.width; x += dx, column += 1) {
      pixels[y * png.width + x] = shadeOf(row, column);
    }
    filled = 0;
    y += dy;
    if (y < png.height) {
      [row, above] = [above, row];
      return;
    }
    pass = passes.shift();
    y = pass?.y ?? 0;
    row = newRow();
    above = newRow();
  };

  return {
    take: (chunk: Uint8Array): void => {
      let rest = chunk;
      while (rest.length > 0) {
        if (pass === undefined) throw new FileRefusedError('damaged');
        const part = rest.subarray(0, row.length - filled);
        row.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
        if (filled === row.length) finishRow(pass);
      }
    },
    isComplete: () => pass === undefined,
  };
};

/**
 * Decodes all pixels, a row at a time, so that the image in grey is all that is kept.
 * @throws FileRefusedError when there are fewer or more than the header says, or other bytes behind them.
 */
export const decodePng = async (png: PngChunks): Promise<GrayImage> => {
  const pixels = new Uint8Array(png.width * png.height);
  const reader = rowReader(png, pixels);
  const inflate = createInflate();
  const write = async () => {
    for (const chunk of png.data) if (!inflate.write(chunk)) await once(inflate, 'drain');
    inflate.end();
  };
  const writing = write();
  writing.catch(() => undefined); // the reading end reports the error
  try {
    for await (const chunk of inflate) reader.take(chunk);
  } catch (error) {
    throw error instanceof FileRefusedError ? error : new FileRefusedError('damaged', { cause: error });
  }
  const compressed = png.data.reduce((sum, chunk) => sum + chunk.length, 0);
  if (!reader.isComplete() || inflate.bytesWritten !== compressed) throw new FileRefusedError('damaged');
  return { width: png.width, height: png.height, pixels };
};
