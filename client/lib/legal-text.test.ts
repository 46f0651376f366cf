import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLegalText } from './legal-files.ts';
import { legalBlocks } from './legal-text.ts';

test('When a text has headings, paragraphs and addresses, then they are blocks, and addresses are links', () => {
  const text =
    '# Who we are\r\nFoyer Ltd\r\n1 Long Lane\n \n\nWrite to help@foyer.example, or see https://foyer.example/a?b=1.\n';
  expect(legalBlocks(text)).toEqual([
    { kind: 'heading', text: 'Who we are' },
    { kind: 'paragraph', parts: [{ text: 'Foyer Ltd\n1 Long Lane' }] },
    {
      kind: 'paragraph',
      parts: [
        { text: 'Write to ' },
        { text: 'help@foyer.example', href: 'mailto:help@foyer.example' },
        { text: ', or see ' },
        { text: 'https://foyer.example/a?b=1', href: 'https://foyer.example/a?b=1' },
        { text: '.' },
      ],
    },
  ]);
});

test('When a text contains HTML or an address of a script, then it is text', () => {
  const text = '<script>alert(1)</script> javascript:alert(1)';
  expect(legalBlocks(text)).toEqual([{ kind: 'paragraph', parts: [{ text }] }]);
});

test('When a file is written, emptied or missing, then its text is read each time', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'legal-'));
  try {
    expect(await readLegalText(undefined, 'terms')).toBeUndefined();
    expect(await readLegalText(dir, 'terms')).toBeUndefined();
    await writeFile(join(dir, 'terms.txt'), 'Ours');
    expect(await readLegalText(dir, 'terms')).toBe('Ours');
    await writeFile(join(dir, 'terms.txt'), ' \n');
    expect(await readLegalText(dir, 'terms')).toBeUndefined();
  } finally {
    await rm(dir, { recursive: true });
  }
});
