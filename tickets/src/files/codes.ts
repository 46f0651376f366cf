import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import { prepareZXingModule as prepareWriter } from 'zxing-wasm/writer';
import { codeFormats, type CodeDrawing } from './code-drawing.ts';
import { drawCode } from './draw-code.ts';
import { rotate, shrink, type GrayImage } from './image/gray-image.ts';

const { resolve } = createRequire(import.meta.url);

const options: ReaderOptions = {
  formats: [...codeFormats],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 255,
};

/** Codes of stripes are read along them only, so a skewed picture is turned: `tryRotate` covers the right angles. */
const stripes: ReaderOptions = { ...options, formats: ['PDF417', 'Code128'] };
const angles = [0, 10, 20, 30, 40, 50, 60, 70, 80];
const turnedPixels = [4_000_000, 1_000_000];

/** An address that every ticket of a promoter may carry; it admits nobody. */
const webAddress = /^(https?:\/\/|www\.)/i;

/** A code that was read. */
export interface ReadCode {
  readonly text: string;
  /** @returns undefined if it cannot be drawn so that a scanner reads the same. */
  readonly draw: () => Promise<CodeDrawing | undefined>;
}

export interface CodeReader {
  /** All codes in the image but web addresses. A photo is read at half its size too, where noise is less. */
  read(image: GrayImage): Promise<ReadCode[]>;
  /** The same for codes of stripes that stand askew. */
  readSkewed(image: GrayImage): Promise<ReadCode[]>;
}

/** Loads ZXing (WebAssembly). */
export const loadCodeReader = async (): Promise<CodeReader> => {
  await prepareZXingModule({ overrides: { wasmBinary: wasmOf('reader') }, fireImmediately: true });
  // Loaded when the first code is drawn.
  prepareWriter({ overrides: { wasmBinary: wasmOf('writer') } });
  return {
    read: async (image) => [...(await readOnce(image, options)), ...(await readOnce(shrink(image, 2), options))],
    readSkewed: async (image) => {
      for (const pixels of turnedPixels) {
        const small = shrink(image, Math.ceil(Math.sqrt((image.width * image.height) / pixels)));
        for (const angle of angles) {
          const turned = rotate(small, angle);
          for (const binarizer of ['LocalAverage', 'GlobalHistogram'] as const) {
            const found = await readOnce(turned, { ...stripes, binarizer });
            if (found.length > 0) return found;
          }
        }
      }
      return [];
    },
  };
};

const wasmOf = (part: 'reader' | 'writer'): ArrayBuffer =>
  Uint8Array.from(readFileSync(resolve(`zxing-wasm/${part}/zxing_${part}.wasm`))).buffer;

const readOnce = async ({ width, height, pixels }: GrayImage, how: ReaderOptions): Promise<ReadCode[]> => {
  const data = new Uint8ClampedArray(width * height * 4);
  const colors = new Uint32Array(data.buffer);
  for (let at = 0; at < pixels.length; at += 1) colors[at] = (pixels[at] ?? 0) * 0x01_01_01 + 0xff_00_00_00;
  const found = await readBarcodes({ data, width, height, colorSpace: 'srgb' }, how);
  return found
    .filter(({ isValid }) => isValid)
    .map((code) => ({ text: code.text.trim(), draw: () => drawCode(code) }))
    .filter(({ text }) => text !== '' && !webAddress.test(text));
};
