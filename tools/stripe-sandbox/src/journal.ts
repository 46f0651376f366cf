import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const newline = 0x0a;
const readSize = 1 << 20;

/** Where a line stands in the file. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** An append-only file of JSON lines. */
export interface Journal {
  /**
   * Writes one line, whole or not at all. When it returns the line survives the death of this process (not that of the
   * machine: nothing is flushed to the disk by force).
   */
  append(line: object): Place;
  /** Reads a line again. */
  read(place: Place): unknown;
  close(): void;
}

/** Calls `onLine` with each whole line; answers how many bytes they take. A last line without its end is left out. */
const readLines = (file: number, onLine: (line: string, place: Place) => void): number => {
  const buffer = Buffer.allocUnsafe(readSize);
  let rest = Buffer.alloc(0);
  let whole = 0;
  for (;;) {
    const length = readSync(file, buffer, 0, readSize, null);
    if (length === 0) return whole;
    const chunk = Buffer.concat([rest, buffer.subarray(0, length)]);
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      onLine(chunk.toString('utf8', start, end), { offset: whole + start, length: end - start });
      start = end + 1;
    }
    whole += start;
    rest = chunk.subarray(start);
  }
};

/**
 * Opens the journal in `directory`, making both where they are missing, and hands every line that it holds to `onLine`.
 * A line that a killed process left half written was never answered for, and is cut off.
 * @throws where a line in the middle cannot be read, with its number.
 */
export const openJournal = (directory: string, onLine: (line: unknown, place: Place) => void): Journal => {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'journal.jsonl');
  const file = openSync(path, 'a+');
  let number = 0;
  const whole = readLines(file, (line, place) => {
    number += 1;
    try {
      onLine(JSON.parse(line), place);
    } catch (error) {
      throw new Error(`${path} line ${number} cannot be read`, { cause: error });
    }
  });
  if (fstatSync(file).size > whole) ftruncateSync(file, whole);
  let size = whole;
  let closed = false;
  const checkOpen = (): void => {
    if (closed) throw new Error('the journal is closed');
  };

  return {
    append: (line) => {
      checkOpen();
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      try {
        for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      } catch (error) {
        // A full disk may have taken a part of the line; the next one must not be glued to it.
        ftruncateSync(file, size);
        throw error;
      }
      const offset = size;
      size += bytes.length;
      return { offset, length: bytes.length - 1 };
    },
    read: ({ offset, length }) => {
      checkOpen();
      const bytes = Buffer.allocUnsafe(length);
      for (let read = 0; read < length;) {
        const count = readSync(file, bytes, read, length - read, offset + read);
        if (count === 0) throw new Error(`${path} has become shorter`);
        read += count;
      }
      return JSON.parse(bytes.toString());
    },
    close: () => {
      closed = true;
      closeSync(file);
    },
  };
};
