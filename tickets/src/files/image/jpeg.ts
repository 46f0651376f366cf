import { FileRefusedError } from '../refusal.ts';
import { requireSize } from './image-size.ts';

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
}

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
/** Frames that cameras and browsers know: baseline, extended and progressive, coded by Huffman. */
const frames = new Set([0xc0, 0xc1, 0xc2]);
/** Lossless, hierarchical and arithmetic ones. */
const otherFrames = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
const damaged = (): FileRefusedError => new FileRefusedError('damaged');
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/**
 * Follows the markers of a JPEG (ITU-T T.81, annex B) from its first byte to its last.
 * @throws FileRefusedError
 */
export const checkJpeg = (bytes: Buffer): JpegHeader => {
  if (bytes[0] !== 0xff || bytes[1] !== startOfImage || bytes[2] !== 0xff) throw new FileRefusedError('notJpeg');
  let header: JpegHeader | undefined;
  let hasScan = false;
  let at = 2;
  for (;;) {
    if (bytes[at] !== 0xff) throw damaged();
    while (bytes[at + 1] === 0xff) at += 1; // fill bytes
    const marker = bytes[at + 1];
    if (marker === undefined) throw damaged();
    at += 2;
    if (marker === endOfImage) break;
    if (at + 2 > bytes.length) throw damaged();
    const length = bytes.readUInt16BE(at);
    if (length < 2 || at + length > bytes.length) throw damaged();
    if (otherFrames.has(marker)) throw damaged();
    if (frames.has(marker)) {
      if (header !== undefined || length < 8) throw damaged();
      header = {
        height: bytes.readUInt16BE(at + 3),
        width: bytes.readUInt16BE(at + 5),
        components: bytes.readUInt8(at + 7),
      };
      requireSize(header.width, header.height);
    }
    at += length;
    if (marker === startOfScan) {
      hasScan = true;
      at = endOfScan(bytes, at);
    }
  }
  if (header === undefined || !hasScan) throw damaged();
  if (at !== bytes.length) throw new FileRefusedError('behind');
  return header;
};

/** Where the marker stands that ends the coded data which begins at `start`. */
const endOfScan = (bytes: Buffer, start: number): number => {
  let at = start;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    const next = at === -1 ? undefined : bytes[at + 1];
    if (next === undefined) throw damaged();
    if (next !== 0 && next !== 0xff && !isRestart(next)) return at;
    at += next === 0xff ? 1 : 2;
  }
};
