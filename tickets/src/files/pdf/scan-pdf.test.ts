import { expect, test } from '@jest/globals';
import { onePage, rawPdf } from '../../test/write-files.ts';
import { scanPdf } from './scan-pdf.ts';

test.each([
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
])('When a PDF has the name %s anywhere, then it is refused (%s)', async (name, refusal) => {
  await expect(scanPdf(rawPdf(onePage({ page: `/Any/${name}` })))).rejects.toMatchObject({ refusal });
});

test('When a PDF has other names, then its pages are counted', async () => {
  const plain = rawPdf(onePage({ catalog: '/OpenAction[3 0 R/Fit]' }));
  await expect(scanPdf(plain)).resolves.toEqual({ isEncrypted: false, pages: 1 });
});
