import { FileRefusedError } from '../refusal.ts';
import type { PdfLexer, Token } from './pdf-lexer.ts';

export type PdfValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'reference'; readonly value: number }
  | { readonly kind: 'array'; readonly items: readonly PdfValue[] }
  | { readonly kind: 'dictionary'; readonly entries: ReadonlyMap<string, PdfValue> }
  | { readonly kind: 'other' };

const maxDepth = 100;

const dictionaryOf = (items: readonly PdfValue[]): PdfValue => {
  const entries = new Map<string, PdfValue>();
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [key, value] = [items[at], items[at + 1]];
    if (key?.kind !== 'name' || value === undefined) throw new FileRefusedError('damaged');
    entries.set(key.value, value);
  }
  return { kind: 'dictionary', entries };
};

/** Reads items up to the closing bracket. */
const readItems = (lexer: PdfLexer, closing: ']' | '>>', depth: number): PdfValue[] => {
  const items: PdfValue[] = [];
  for (;;) {
    const token = lexer.next();
    if (token?.kind === 'bracket' && token.value === closing) return items;
    if (token?.kind === 'keyword' && token.value === 'R') {
      const [number, generation] = items.splice(-2);
      if (number?.kind !== 'number' || generation?.kind !== 'number') throw new FileRefusedError('damaged');
      items.push({ kind: 'reference', value: number.value });
    } else items.push(valueFrom(lexer, token, depth));
  }
};

const valueFrom = (lexer: PdfLexer, token: Token | undefined, depth: number): PdfValue => {
  if (token === undefined || depth > maxDepth) throw new FileRefusedError('damaged');
  if (token.kind === 'number' || token.kind === 'name') return token;
  if (token.kind === 'string') return { kind: 'other' };
  if (token.kind === 'keyword') {
    if (token.value !== 'true' && token.value !== 'false' && token.value !== 'null')
      throw new FileRefusedError('damaged');
    return { kind: 'other' };
  }
  if (token.value === '[') return { kind: 'array', items: readItems(lexer, ']', depth + 1) };
  if (token.value === '<<') return dictionaryOf(readItems(lexer, '>>', depth + 1));
  throw new FileRefusedError('damaged');
};

/** Reads one value. @throws FileRefusedError */
export const readValue = (lexer: PdfLexer): PdfValue => valueFrom(lexer, lexer.next(), 0);

export const entriesOf = (value: PdfValue | undefined): ReadonlyMap<string, PdfValue> =>
  value?.kind === 'dictionary' ? value.entries : new Map();

export const nameOf = (value: PdfValue | undefined): string | undefined =>
  value?.kind === 'name' ? value.value : undefined;

export const numberOf = (value: PdfValue | undefined): number | undefined =>
  value?.kind === 'number' ? value.value : undefined;

export const referenceOf = (value: PdfValue | undefined): number | undefined =>
  value?.kind === 'reference' ? value.value : undefined;

export const itemsOf = (value: PdfValue | undefined): readonly PdfValue[] =>
  value?.kind === 'array' ? value.items : [];
