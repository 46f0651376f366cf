import { stripVTControlCharacters } from 'node:util';

/** A text without what would move the cursor, change the colours of a terminal or the direction of text; line breaks stay. */
export const printable = (text: string): string => stripVTControlCharacters(text).replaceAll(/[^\P{C}\n]/gu, '');
