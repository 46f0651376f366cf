import { z } from 'zod';

/** A character that is drawn. The last three are blank, though Unicode counts them as letters or symbols. */
const visible = /(?!\p{Default_Ignorable_Code_Point})(?![\u2800\uFFFC\u{1D159}])[\p{L}\p{N}\p{P}\p{S}]/u;

const line = {
  // Bidirectional controls (UAX 9) change the order in which the text around them is read, as in "Only 05$" for $50.
  refused: /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}]/u,
  problem: 'must be one line, without control characters and characters that change the direction of text',
  normalise: (text: string) => text.trim(),
} as const;

const lines = {
  // Marks, embeddings and isolates end with their line, and what is within them is still read in its own direction.
  refused: /(?![\n\t])[\p{Cc}\u202D\u202E]/u,
  problem: 'must have no control characters and no characters that override the direction of text',
  normalise: (text: string) => text.replaceAll(/\r\n?|[\u0085\u2028\u2029]/gu, '\n').trim(),
} as const;

const textOf = (name: string, maxLength: number, { refused, problem, normalise }: typeof line | typeof lines) =>
  z
    .string(`${name} must be text`)
    .overwrite(normalise)
    .check(({ value, issues }) => {
      const refuse = (rule: string) => issues.push({ code: 'custom', message: `${name} ${rule}`, input: value });
      if (value === '') refuse('must not be empty');
      else if (!visible.test(value)) refuse('must have a visible character');
      if (refused.test(value)) refuse(problem);
      // A character is a code point, as in OpenAPI.
      if (value.length > maxLength && Array.from(value).length > maxLength)
        refuse(`must have at most ${maxLength} characters`);
    })
    .meta({ minLength: 1, maxLength });

/**
 * A text of people in one line, such as a title: trimmed, at most `maxLength` code points, at least one of them visible.
 * Joiners and variation selectors stay, since emoji and many scripts need them.
 */
export const lineOfText = (name: string, maxLength: number) => textOf(name, maxLength, line);

/**
 * A text of a search without the characters that no line of text has, and which nobody sees: a pasted text finds what it names.
 */
export const foldToLine = (text: string): string =>
  text.replaceAll(/\p{Bidi_C}/gu, '').replaceAll(new RegExp(line.refused, 'gu'), ' ');

/** A text of people that may have several lines, which end with `\n` whatever they ended with. */
export const linesOfText = (name: string, maxLength: number) => textOf(name, maxLength, lines);
