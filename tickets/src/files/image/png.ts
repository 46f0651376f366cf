import { crc32 } from 'node:zlib';
import { FileRefusedError } from '../refusal.ts';
import { requireSize } from './image-size.ts';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');
const empty = Buffer.alloc(0);
const damaged = (): FileRefusedError => new FileRefusedError('damaged');

/** A PNG's chunks as far as its pixels need them. */
export interface PngChunks {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colorType: number;
  readonly isInterlaced: boolean;
  /** Three bytes a colour. */
  readonly palette: Buffer;
  /** Opacity of the palette's colours. */
  readonly alphas: Buffer;
  /** Compressed pixels. */
  readonly data: readonly Buffer[];
}

const bitDepths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

const known = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND']);
const animation = new Set(['acTL', 'fcTL', 'fdAT']);

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** The chunks from the signature to IEND, which must be the file's end. @throws FileRefusedError */
const readChunks = (bytes: Buffer): Chunk[] => {
  if (!bytes.subarray(0, 8).equals(signature)) throw new FileRefusedError('notPng');
  const chunks: Chunk[] = [];
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) throw damaged();
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw damaged();
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) throw damaged();
    if (animation.has(type)) throw new FileRefusedError('animated');
    // An upper-case first letter: readers must understand the chunk.
    if (/^[A-Z]/.test(type) && !known.has(type)) throw damaged();
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4) });
    at = end;
    if (type !== 'IEND') continue;
    if (at !== bytes.length) throw new FileRefusedError('behind');
    return chunks;
  }
};

/** Checks a PNG's structure (ISO/IEC 15948) without decoding its pixels. @throws FileRefusedError */
export const checkPng = (bytes: Buffer): PngChunks => {
  const chunks = readChunks(bytes);
  const header = chunks[0]?.data ?? empty;
  if (chunks[0]?.type !== 'IHDR' || header.length !== 13) throw damaged();
  if (chunks.filter(({ type }) => type === 'IHDR').length > 1) throw damaged();
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  requireSize(width, height);
  const [bitDepth = 0, colorType = 0, compression, filter, interlace = 0] = header.subarray(8);
  if (bitDepths[colorType]?.includes(bitDepth) !== true) throw damaged();
  if (compression !== 0 || filter !== 0 || interlace > 1) throw damaged();
  const first = chunks.findIndex(({ type }) => type === 'IDAT');
  const last = chunks.findLastIndex(({ type }) => type === 'IDAT');
  const data = chunks.slice(first, last + 1);
  if (first === -1 || data.some(({ type }) => type !== 'IDAT')) throw damaged();
  const palette = chunks.slice(0, first).find(({ type }) => type === 'PLTE')?.data ?? empty;
  if (colorType === 3 && palette.length === 0) throw damaged();
  return {
    width,
    height,
    bitDepth,
    colorType,
    isInterlaced: interlace === 1,
    palette,
    alphas: colorType === 3 ? (chunks.find(({ type }) => type === 'tRNS')?.data ?? empty) : empty,
    data: data.map((chunk) => chunk.data),
  };
};
