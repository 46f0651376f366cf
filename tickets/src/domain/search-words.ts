/** Where MongoDB's text index ends a word. */
const betweenWords = /[\p{Pattern_Syntax}\p{Dash}\p{Quotation_Mark}\p{Terminal_Punctuation}\p{White_Space}]+/u;

/** The words of a search; none contains a character that has a meaning in regular expressions. */
export const searchWords = (q: string): string[] => q.split(betweenWords).filter((word) => word !== '');

const withoutMarks = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** Latin letters with diacritics, by the letters without: `u` → `ÙÚÛÜùúûü…`. */
const marked = new Map<string, string>();
for (const [from, to] of [
  [0xc0, 0x24f],
  [0x1e00, 0x1eff],
] as const) {
  for (let code = from; code <= to; code += 1) {
    const letter = String.fromCodePoint(code);
    const base = withoutMarks(letter);
    if (base !== letter && base.length === 1) marked.set(base, (marked.get(base) ?? '') + letter);
  }
}

/** A regular expression for the word as a part of a text, with or without diacritics, to be used without regard to case. */
export const wordPattern = (word: string): string =>
  Array.from(withoutMarks(word), (letter) => `[${letter}${marked.get(letter) ?? ''}]\\p{M}*`).join('');
