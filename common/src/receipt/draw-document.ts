import type { Font } from 'fontkit';
import Pdf from 'pdfkit';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { layOutText } from './lay-out-text.ts';
import type { DocumentText } from './receipt-text.ts';
import { bold, type Typeface } from './typefaces.ts';

declare global {
  namespace PDFKit.Mixins {
    interface PDFFont {
      /** An open font is not parsed again for each document, which would take most of the time. Missing in the published types. */
      registerFont(name: string, font: Font): this;
    }
  }
}

/** A4, in points. */
const page = { width: 595, height: 842, margin: 56 } as const;
const nameWidth = 130;
const bottom = page.height - page.margin;
const ink = '#1f2430';
const muted = '#535862';

interface Style {
  readonly x?: number;
  readonly size: number;
  readonly colour?: string;
  readonly preferred?: readonly Typeface[];
}

/**
 * The text as a PDF, of more than one page if need be. The same text and time are the same bytes. Each typeface that is used is embedded
 * with the characters that occur.
 */
export const drawDocument = async ({ title, subtitle, rows, notes }: DocumentText, time: Date): Promise<Buffer> => {
  const pdf = new Pdf({
    size: [page.width, page.height],
    margin: 0,
    lang: 'en',
    displayTitle: true,
    info: { Title: `${title} ${rows[0]?.[1] ?? ''}`, Author: subtitle, CreationDate: time },
    // The default font would be read from a file beside pdfkit, which a bundle does not have.
    font: '',
  });
  const bytes = buffer(pdf);
  let y: number = page.margin;

  /** Writes the text below `top` and returns where it ends. */
  const write = async (
    text: string,
    top: number,
    { x = page.margin, size, colour = ink, preferred }: Style,
  ): Promise<number> => {
    // Rare characters take long to lay out, so other requests run in between.
    await setImmediate();
    const lineHeight = size * 1.45;
    let end = top;
    const width = page.width - page.margin - x;
    for (const line of layOutText(text, { width, size, preferred })) {
      if (end + lineHeight > bottom) {
        pdf.addPage();
        end = page.margin;
      }
      let left = x;
      for (const run of line) {
        const { name, font } = run.typeface;
        pdf.registerFont(name, font()).font(name).fontSize(size).fillColor(colour);
        // Any list of features makes pdfkit lay out the run as a whole, not word by word, which would order words from left to right.
        pdf.text(run.text, left, end + size, { lineBreak: false, baseline: 'alphabetic', features: [] });
        left += pdf.widthOfString(run.text, { features: [] });
      }
      end += lineHeight;
    }
    return end;
  };

  y = await write(title, y, { size: 24, preferred: [bold] });
  y = (await write(subtitle, y, { size: 11, colour: muted })) + 20;
  for (const [name, value] of rows) {
    pdf
      .moveTo(page.margin, y)
      .lineTo(page.width - page.margin, y)
      .lineWidth(0.5)
      .strokeColor('#d5d9e2')
      .stroke();
    const top = y + 6;
    await write(name, top, { size: 10.5, colour: muted });
    y = (await write(value, top, { x: page.margin + nameWidth, size: 10.5 })) + 6;
  }
  y += 14;
  for (const note of notes) y = (await write(note, y, { size: 9.5, colour: muted })) + 4;
  await setImmediate();
  pdf.end();
  return bytes;
};
