import { readBarcodes, type ReadResult } from 'zxing-wasm/reader';
import { writeBarcode } from 'zxing-wasm/writer';
import { codeFormats, type CodeDrawing, type CodeFormat } from './code-drawing.ts';

/** Black and white modules, row by row, a byte each; 0 is black. */
type Modules = ReadResult['symbol'];

/** For the reading of a drawing: quiet zone in modules, and pixels of a module. */
const quietZone = 10;
const scale = 4;
const maxTextLength = 64;

/**
 * Draws a code that was read in a file anew. A scanner reads the drawing as it reads the file: that is checked here, byte by byte.
 * Undefined if no drawing does, such as of a Code 128 of GS1.
 */
export const drawCode = async (found: ReadResult): Promise<CodeDrawing | undefined> => {
  const format = codeFormats.find((known) => known === found.format);
  if (format === undefined) return undefined;
  for (const draw of ways) {
    const symbol = await draw(format, found);
    if (symbol !== undefined && (await isReadAs(symbol, format, found))) return toDrawing(format, symbol, found);
  }
  return undefined;
};

/** Ways to draw a code, the best first. */
const ways: readonly ((format: CodeFormat, found: ReadResult) => Promise<Modules | undefined>)[] = [
  // As characters of Latin-1, bytes need no ECI, which not every scanner knows.
  (format, { bytes }) => encode(format, Buffer.from(bytes).toString('latin1')),
  (format, { bytes }) => encode(format, bytes),
  (format, { text }) => encode(format, text),
  // The modules as they stand in the file: of codes of GS1, or in several parts.
  (_, { symbol }) => Promise.resolve(symbol.width > 0 ? symbol : undefined),
];

const encode = async (format: CodeFormat, content: string | Uint8Array): Promise<Modules | undefined> => {
  const { symbol, error } = await writeBarcode(content, { format });
  return error === '' ? symbol : undefined;
};

const isReadAs = async (symbol: Modules, format: CodeFormat, found: ReadResult): Promise<boolean> => {
  const width = (symbol.width + 2 * quietZone) * scale;
  const height = (symbol.height + 2 * quietZone) * scale;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const colors = new Uint32Array(data.buffer);
  symbol.data.forEach((shade, index) => {
    if (shade !== 0) return;
    const left = ((index % symbol.width) + quietZone) * scale;
    const top = (Math.floor(index / symbol.width) + quietZone) * scale;
    for (let y = top; y < top + scale; y += 1) colors.fill(0xff_00_00_00, y * width + left, y * width + left + scale);
  });
  const [read] = await readBarcodes({ data, width, height, colorSpace: 'srgb' }, { formats: [format] });
  return (
    read !== undefined &&
    read.isValid &&
    // With the identifier of the symbology and the ECI.
    Buffer.compare(read.bytesECI, found.bytesECI) === 0 &&
    read.sequenceIndex === found.sequenceIndex &&
    read.sequenceSize === found.sequenceSize &&
    read.sequenceId === found.sequenceId
  );
};

const toDrawing = (format: CodeFormat, { width, height, data }: Modules, found: ReadResult): CodeDrawing => {
  const modules = Buffer.alloc(Math.ceil(data.length / 8));
  data.forEach((shade, index) => {
    if (shade === 0) modules[index >> 3] = (modules[index >> 3] ?? 0) | (0x80 >> (index & 7));
  });
  const { text, contentType } = found;
  const canBeTyped = contentType === 'Text' && text.length <= maxTextLength && /^[ -~]+$/.test(text);
  return { format, width, height, modules: modules.toString('base64'), ...(canBeTyped ? { text } : {}) };
};
