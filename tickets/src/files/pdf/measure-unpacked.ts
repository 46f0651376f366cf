import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import { FileRefusedError } from '../refusal.ts';
import { nameOf, type PdfValue } from './pdf-value.ts';

export interface PdfStream {
  readonly data: Buffer;
  readonly entries: ReadonlyMap<string, PdfValue>;
}

/** What all streams of a file may take together once they are decompressed; a picture of 50 megapixels takes half of it. */
const maxUnpackedBytes = 300_000_000;

const isFlate = (filter: PdfValue): boolean => /^Fl(ateDecode)?$/.test(nameOf(filter) ?? '');

/** Decompresses in steps and keeps nothing. What a broken stream has before its damage counts. */
async function* unpack(stream: PdfStream): AsyncGenerator<Buffer> {
  const filter = stream.entries.get('Filter');
  const filters = filter === undefined ? [] : filter.kind === 'array' ? filter.items : [filter];
  const others = filters.findIndex((each) => !isFlate(each));
  let source = Readable.from([stream.data]);
  for (const _ of others === -1 ? filters : filters.slice(0, others)) {
    const inflate = createInflate();
    source.on('error', () => inflate.end());
    source = source.pipe(inflate);
  }
  try {
    yield* source;
  } catch {
    // damage, which readers overlook
  }
}

/** @throws FileRefusedError for a decompression bomb, whichever reader it is meant for. */
export const measureUnpacked = async (streams: readonly PdfStream[]): Promise<void> => {
  let room = maxUnpackedBytes;
  for (const stream of streams) {
    for await (const part of unpack(stream)) {
      room -= part.length;
      if (room < 0) throw new FileRefusedError('unpacked');
    }
  }
};
