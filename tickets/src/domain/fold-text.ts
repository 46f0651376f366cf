// Marks above and below letters. The dots that make ガ of カ and パ of ハ stay, since these are other letters.
const marks = /(?![\u3099\u309A])\p{Script=Inherited}|(?=\p{M})[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]/gu;

/** O’Neil, "quoted": they are written in many ways and often left out. */
const quotes = /[\p{Quotation_Mark}`´ʻʼ′″]/gu;

/** Letters that Unicode does not decompose. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ς: 'σ',
};

/** A text as search compares it: without case, marks, quotes and the variants of one character. */
const fold = (text: string): string =>
  text
    .replaceAll(quotes, '')
    .normalize('NFKD')
    // Upper case first, which folds more.
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(marks, '')
    .replaceAll(/[ßøłıæœđðþħς]/gu, (letter) => letters[letter] ?? letter)
    .normalize('NFC');

const word = /[\p{L}\p{N}\p{M}]+/gu;

/** Letters of scripts that are written without spaces or, as Korean, with few. */
const unspaced =
  /([\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]+)/u;

/** What stands between two spaces. */
export interface Token {
  readonly words: readonly string[];
  /** Those words as one, if only punctuation separates them: `acdc` of AC/DC. */
  readonly joined: string | undefined;
  /** The characters of each part in a script without spaces. */
  readonly runs: readonly (readonly string[])[];
}

/** The folded words of a text. */
export const tokensOf = (text: string): Token[] =>
  fold(text)
    .split(/\s+/u)
    .map((token) => {
      // Every second part is one without spaces, since the pattern captures it.
      const parts = (token.match(word) ?? []).map((part) => part.split(unspaced));
      const words = parts.flatMap((part) => part.filter((each, index) => index % 2 === 0 && each !== ''));
      const runs = parts.flatMap((part) => part.filter((_, index) => index % 2 === 1).map((run) => Array.from(run)));
      return { words, runs, joined: words.length > 1 && runs.length === 0 ? words.join('') : undefined };
    });
