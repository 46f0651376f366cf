import { FileRefusedError } from '../refusal.ts';

/** A token of PDF (ISO 32000-2, 7.2 and 7.3). What strings contain does not matter here. */
export type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'string' }
  | { readonly kind: 'bracket'; readonly value: '[' | ']' | '<<' | '>>' }
  | { readonly kind: 'keyword'; readonly value: string };

export interface PdfLexer {
  /** The next token; none at the end. */
  next(): Token | undefined;
  /** Where the next token is looked for. */
  at: number;
}

const white = new Set([0, 9, 10, 12, 13, 32]);
const delimiters = new Set(Buffer.from('()<>[]{}/%'));
const isRegular = (byte: number | undefined): boolean =>
  byte !== undefined && !white.has(byte) && !delimiters.has(byte);

/** `#41` in a name stands for `A`. */
const unescapeName = (name: string): string =>
  name.replace(/#([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

/** Reads tokens; `onName` gets every name. @throws FileRefusedError at a byte that begins no token. */
export const openLexer = (bytes: Buffer, onName: (name: string) => void = () => undefined): PdfLexer => {
  const skipWhite = (): void => {
    for (;;) {
      const byte = bytes[lexer.at];
      if (byte === undefined) return;
      if (white.has(byte)) lexer.at += 1;
      else if (byte === 0x25 /* % */) {
        while (lexer.at < bytes.length && bytes[lexer.at] !== 10 && bytes[lexer.at] !== 13) lexer.at += 1;
      } else return;
    }
  };

  const regular = (): string => {
    const start = lexer.at;
    while (isRegular(bytes[lexer.at])) lexer.at += 1;
    return bytes.toString('latin1', start, lexer.at);
  };

  const skipString = (): void => {
    let depth = 0;
    do {
      const byte = bytes[lexer.at];
      if (byte === undefined) throw new FileRefusedError('damaged');
      if (byte === 0x5c /* backslash */) lexer.at += 1;
      else if (byte === 0x28 /* ( */) depth += 1;
      else if (byte === 0x29 /* ) */) depth -= 1;
      lexer.at += 1;
    } while (depth > 0);
  };

  const skipHexString = (): void => {
    lexer.at = bytes.indexOf(0x3e /* > */, lexer.at) + 1;
    if (lexer.at === 0) throw new FileRefusedError('damaged');
  };

  const delimited = (char: string): Token => {
    const isDouble = bytes[lexer.at + 1] === bytes[lexer.at];
    if (char === '(') skipString();
    else if (char === '<' && !isDouble) skipHexString();
    else if (char === '/') {
      lexer.at += 1;
      const value = unescapeName(regular());
      onName(value);
      return { kind: 'name', value };
    } else if (char === '[' || char === ']') {
      lexer.at += 1;
      return { kind: 'bracket', value: char };
    } else if ((char === '<' || char === '>') && isDouble) {
      lexer.at += 2;
      return { kind: 'bracket', value: char === '<' ? '<<' : '>>' };
    } else throw new FileRefusedError('damaged');
    return { kind: 'string' };
  };

  const lexer: PdfLexer = {
    at: 0,
    next: () => {
      skipWhite();
      const byte = bytes[lexer.at];
      if (byte === undefined) return undefined;
      if (delimiters.has(byte)) return delimited(String.fromCharCode(byte));
      const value = regular();
      return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value)
        ? { kind: 'number', value: Number(value) }
        : { kind: 'keyword', value };
    },
  };
  return lexer;
};
