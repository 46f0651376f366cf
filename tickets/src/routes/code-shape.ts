import * as z from 'zod/mini';
import type { CodeFormat } from '../files/code-drawing.ts';

const codeFormats = ['QRCode', 'Aztec', 'PDF417', 'DataMatrix', 'Code128'] as const satisfies readonly CodeFormat[];

/** A code of a ticket's file, drawn anew. Browsers load this file too. */
export const codeShape = z
  .object({
    format: z.enum(codeFormats),
    width: z.int().check(z.minimum(1), z.describe('Modules in a row')),
    height: z.int().check(z.minimum(1), z.describe('Rows; all modules are squares of one size')),
    modules: z
      .string()
      .check(z.describe('Base64 of one bit for each module, row by row, highest bit first; 1 is black')),
    text: z.optional(z.string().check(z.describe('What it says, if that is short and can be typed'))),
  })
  .register(z.globalRegistry, { id: 'Code' });

export const codesShape = z.object({
  total: z.int().check(z.minimum(0), z.describe('How many codes the file has')),
  codes: z.array(codeShape),
});
