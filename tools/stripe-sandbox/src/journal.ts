import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const newline = 0x0a;
const readSize = 1 << 20;

/** Position of a line in the file. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** An append-only file of JSON lines. */
export interface Journal {
  /**
   * Writes one line as a whole or not at all. Once it returns, the line survives a crash of this process, but not of the
   * machine: there is no fsync.
   */
  append(line: object): Place;
  /** Reads a line back. */
  read(place: Place): unknown;
  close(): void;
}

/** Calls `onLine` with each complete line and returns their size in bytes. An incomplete last line is left out. */
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
 * Opens the journal in `directory`, creates both if missing, and passes every line to `onLine`. An incomplete last line
 * belongs to a request that got no response before the process was killed: it is cut off.
 * @throws when any other line cannot be read, with its number.
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
        // A full disk may have written part of the line; the next line must not be appended to it.
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
