import type { Code } from './api/schemas.ts';

/** The black modules as the path of an SVG, in which a module is a square of side 1. */
export const codePath = ({ width, height, modules }: Pick<Code, 'width' | 'height' | 'modules'>): string => {
  const bits = Uint8Array.from(atob(modules), (character) => character.charCodeAt(0));
  const isBlack = (x: number, y: number): boolean => {
    const index = y * width + x;
    return x < width && ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
  };
  let path = '';
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!isBlack(x, y)) continue;
      const start = x;
      while (isBlack(x, y)) x += 1;
      path += `M${start} ${y}h${x - start}v1h-${x - start}z`;
    }
  }
  return path;
};

const names: Readonly<Record<string, string>> = {
  QRCode: 'QR code',
  Aztec: 'Aztec code',
  PDF417: 'PDF417 code',
  DataMatrix: 'Data Matrix code',
  Code128: 'Barcode',
};

export const codeName = (format: string): string => names[format] ?? 'Code';

/** Modules that must stay white around a code: ISO/IEC 18004 asks for 4 around a QR code, 15417 for 10 beside a Code 128. */
export const quietZone = ({ format }: Pick<Code, 'format'>): number => (format === 'Code128' ? 10 : 4);
