import { inflateSync } from 'node:zlib';
import { requireSize } from '../image/image-size.ts';
import { FileRefusedError, type Refusal } from '../refusal.ts';
import { openLexer, type PdfLexer } from './pdf-lexer.ts';
import { measureUnpacked, type PdfStream } from './measure-unpacked.ts';
import { entriesOf, itemsOf, nameOf, numberOf, readValue, referenceOf, type PdfValue } from './pdf-value.ts';

type Entries = ReadonlyMap<string, PdfValue>;

/** What a scan of all objects found. */
export interface PdfScan {
  readonly isEncrypted: boolean;
  /** Leaves of the page tree; none without a whole tree. */
  readonly pages: number | undefined;
}

/**
 * Names that stand in a file which does what a ticket must not, whatever refers to them. `JS` and `XFA` hold scripts,
 * `EF` an embedded file, `GoToE` leads into one.
 */
const forbidden: ReadonlyMap<string, Refusal> = new Map([
  ['JavaScript', 'scripts'],
  ['JS', 'scripts'],
  ['XFA', 'scripts'],
  ['EmbeddedFile', 'embedded'],
  ['EmbeddedFiles', 'embedded'],
  ['EF', 'embedded'],
  ['FileAttachment', 'embedded'],
  ['GoToE', 'embedded'],
  ['RichMedia', 'embedded'],
  ['Launch', 'programs'],
]);

/** What all object streams of a file may take once they are decompressed. */
const maxObjectStreamBytes = 32_000_000;

/** A digit and what follows it until `obj`, as readers take it when they look for objects in a file's bytes. */
const objectStart = /\d(?:[\s\0]|%[^\r\n]*[\r\n])+[+-]?\d+(?:[\s\0]|%[^\r\n]*[\r\n])*obj/g;

const damaged = (cause?: unknown): FileRefusedError => new FileRefusedError('damaged', { cause });

const refuseForbidden = (name: string): void => {
  const refusal = forbidden.get(name);
  if (refusal !== undefined) throw new FileRefusedError(refusal);
};

/** Where the data of a stream ends: by its length if `endstream` follows there, else at the first `endstream`. */
const endOfData = (bytes: Buffer, start: number, length: number | undefined): number => {
  if (length !== undefined && length >= 0 && start + length <= bytes.length) {
    const behind = bytes.toString('latin1', start + length, start + length + 12);
    if (/^[\s\0]{0,2}endstream/.test(behind)) return start + length;
  }
  const end = bytes.indexOf('endstream', start);
  if (end === -1) throw damaged();
  return end;
};

/** Reads the data of a stream whose keyword has been read, and `endstream`. */
const readStream = (bytes: Buffer, lexer: PdfLexer, entries: Entries): Buffer => {
  if (bytes[lexer.at] === 13) lexer.at += 1;
  if (bytes[lexer.at] === 10) lexer.at += 1;
  const start = lexer.at;
  lexer.at = endOfData(bytes, start, numberOf(entries.get('Length')));
  const data = bytes.subarray(start, lexer.at);
  const end = lexer.next();
  if (end?.kind !== 'keyword' || end.value !== 'endstream') throw damaged();
  return data;
};

/** Readers take whatever has these two for a stream of objects, whether its type says so or not. */
const isObjectStream = (entries: Entries): boolean => entries.has('N') && entries.has('First');

const decompress = (data: Buffer, entries: Entries, maxOutputLength: number): Buffer => {
  const filter = entries.get('Filter');
  const filters = filter === undefined ? [] : filter.kind === 'array' ? filter.items : [filter];
  if (entries.has('DecodeParms') || filters.length > 1) throw damaged();
  if (filters.length === 0) return data;
  if (nameOf(filters[0]) !== 'FlateDecode') throw damaged();
  try {
    return inflateSync(data, { maxOutputLength });
  } catch (error) {
    throw damaged(error);
  }
};

/** Collects the page tree. */
const openPageTree = () => {
  const kids = new Map<number, readonly (number | undefined)[]>();
  const trees = new Map<number, number | undefined>();
  let root: number | undefined;

  const countLeaves = (node: number, seen: Set<number>): number | undefined => {
    if (seen.has(node)) return undefined;
    seen.add(node);
    let count = 0;
    for (const kid of kids.get(node) ?? []) {
      const below = kid === undefined ? undefined : kids.has(kid) ? countLeaves(kid, seen) : 1;
      if (below === undefined) return undefined;
      count += below;
    }
    return count;
  };

  return {
    /** An object that comes later in the file replaces an earlier one of its number. */
    add: (number: number, entries: Entries): void => {
      kids.delete(number);
      if (entries.has('Kids')) kids.set(number, itemsOf(entries.get('Kids')).map(referenceOf));
      if (entries.has('Pages')) trees.set(number, referenceOf(entries.get('Pages')));
    },
    addTrailer: (entries: Entries): void => {
      root = referenceOf(entries.get('Root')) ?? root;
    },
    leaves: (): number | undefined => {
      const tree = root === undefined ? undefined : trees.get(root);
      return tree === undefined || !kids.has(tree) ? undefined : countLeaves(tree, new Set());
    },
  };
};

/**
 * Reads every object of a PDF from its first byte to its last, whatever its cross-reference tables say, those in object
 * streams too. So nothing that any reader may find is left out, and what is no object is damage.
 * @throws FileRefusedError
 */
export const scanPdf = async (bytes: Buffer): Promise<PdfScan> => {
  const tree = openPageTree();
  let isEncrypted = false;
  let objects = 0;
  let room = maxObjectStreamBytes;
  const streams: PdfStream[] = [];
  const lexer = openLexer(bytes, refuseForbidden);

  const readTrailer = (entries: Entries): void => {
    tree.addTrailer(entries);
    isEncrypted ||= entries.has('Encrypt');
  };

  const readObject = (number: number): void => {
    objects += 1;
    const value = readValue(lexer);
    const entries = entriesOf(value);
    tree.add(number, entries);
    const behind = lexer.at;
    const next = lexer.next();
    if (next?.kind === 'keyword' && next.value === 'stream') {
      const data = readStream(bytes, lexer, entries);
      if (nameOf(entries.get('Type')) === 'XRef') readTrailer(entries);
      requireSize(numberOf(entries.get('Width')) ?? 1, numberOf(entries.get('Height')) ?? 1);
      streams.push({ data, entries });
      const end = lexer.next();
      if (end?.kind !== 'keyword' || end.value !== 'endobj') throw damaged();
    } else if (next?.kind === 'number')
      lexer.at = behind; // some writers leave `endobj` out
    else if (next?.kind !== 'keyword' || next.value !== 'endobj') throw damaged();
  };

  const readTable = (): void => {
    for (;;) {
      const token = lexer.next();
      if (token?.kind === 'keyword' && token.value === 'trailer') return readTrailer(entriesOf(readValue(lexer)));
      if (token?.kind !== 'number' && !(token?.kind === 'keyword' && /^[nf]$/.test(token.value))) throw damaged();
    }
  };

  for (let token = lexer.next(); token !== undefined; token = lexer.next()) {
    if (token.kind === 'keyword' && token.value === 'xref') readTable();
    else if (token.kind === 'keyword' && token.value === 'startxref') {
      if (lexer.next()?.kind !== 'number') throw damaged();
    } else {
      const [generation, keyword] = [lexer.next(), lexer.next()];
      if (token.kind !== 'number' || generation?.kind !== 'number') throw damaged();
      if (keyword?.kind !== 'keyword' || keyword.value !== 'obj') throw damaged();
      readObject(token.value);
    }
  }
  // An object within a stream, a string or a comment: a reader that is led there sees another file than this scan.
  if ((bytes.toString('latin1').match(objectStart)?.length ?? 0) !== objects) throw damaged();

  // The streams of an encrypted file are read in its decrypted copy.
  if (isEncrypted) return { isEncrypted, pages: undefined };
  await measureUnpacked(streams);
  for (const { data, entries } of streams.filter((stream) => isObjectStream(stream.entries))) {
    const text = decompress(data, entries, room);
    room -= text.length;
    readPacked(text, entries, tree.add);
  }
  return { isEncrypted, pages: tree.leaves() };
};

/** Reads the objects of an object stream: pairs of number and place, then the objects. */
const readPacked = (text: Buffer, entries: Entries, add: (number: number, entries: Entries) => void): void => {
  const names = openLexer(text, refuseForbidden);
  while (names.next() !== undefined);
  const [count = -1, first = -1] = [numberOf(entries.get('N')), numberOf(entries.get('First'))];
  if (count < 0 || first < 0 || first > text.length) throw damaged();
  const pairs = openLexer(text.subarray(0, first));
  const object = openLexer(text);
  for (let index = 0; index < count; index += 1) {
    const [number, place] = [pairs.next(), pairs.next()];
    if (number?.kind !== 'number' || place?.kind !== 'number') throw damaged();
    object.at = first + place.value;
    add(number.value, entriesOf(readValue(object)));
  }
};
