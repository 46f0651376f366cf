import { expect, test } from '@jest/globals';
import { crc32, deflateRawSync } from 'node:zlib';
import { readZipMember } from './zip.ts';

const stored = 0;
const deflated = 8;

/** An archive as any zip program writes it. */
const archiveOf = (files: readonly (readonly [name: string, content: string, method: number])[]): Buffer => {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content, method] of files) {
    const data = method === deflated ? deflateRawSync(Buffer.from(content)) : Buffer.from(content);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(method, 8);
    header.writeUInt32LE(crc32(content), 14);
    header.writeUInt32LE(data.length, 18);
    header.writeUInt32LE(content.length, 22);
    header.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(header, Buffer.from(name), data);
    directory.push(entry, Buffer.from(name));
    offset += header.length + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
};

const archive = archiveOf([
  ['first', 'as it is', stored],
  ['folder/second', 'pressed '.repeat(100), deflated],
]);

test('When a file is in an archive, then its content comes out', () => {
  expect(readZipMember(archive, 'first').toString()).toBe('as it is');
  expect(readZipMember(archive, 'folder/second').toString()).toBe('pressed '.repeat(100));
});

test('When a file is not in an archive, or it is none, then that is said', () => {
  expect(() => readZipMember(archive, 'third')).toThrow('the zip archive holds no third');
  expect(() => readZipMember(Buffer.from('text'), 'first')).toThrow('it is no zip archive');
});
