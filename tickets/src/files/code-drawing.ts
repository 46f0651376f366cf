export const codeFormats = ['QRCode', 'Aztec', 'PDF417', 'DataMatrix', 'Code128'] as const;

export type CodeFormat = (typeof codeFormats)[number];

/** A code drawn anew, in modules that are squares of one size. */
export interface CodeDrawing {
  readonly format: CodeFormat;
  readonly width: number;
  readonly height: number;
  /** Base64 of one bit for each module, row by row, highest bit first; 1 is black. */
  readonly modules: string;
  /** What it says, if that is short and can be typed. */
  readonly text?: string;
}

/** Of one file. More have no place at an entrance; the file has them all. */
export const maxDrawings = 20;
