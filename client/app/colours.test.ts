import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const client = join(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(join(client, name), 'utf8');

const definition = /--color-[\w-]+: #\w+;/g;
/** Shadows are black in both themes. */
const colour =
  /(?<![\w&])#[\da-f]{3,8}\b|\brgba?\((?!0 0 0 )|\b(?:hsl|oklch)\(|-(?:gray|red|green|blue|yellow|amber)-\d+\b/gi;

/** The mark of the site, the colour of a phone's address bar, and a code for a scanner. */
const alikeInBothThemes = ['components/site-header.tsx', 'app/layout.tsx', 'components/code-picture.tsx'];

test('When a page or a style sheet uses a colour, then it is a token of globals.css', () => {
  const sources = ['app', 'components']
    .flatMap((folder) =>
      readdirSync(join(client, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .filter((name) => /\.(?:css|tsx)$/.test(name) && !alikeInBothThemes.includes(name));
  const found = sources.flatMap((name) =>
    Array.from(read(name).replaceAll(definition, '').matchAll(colour), ([text]) => `${name}: ${text}`),
  );
  expect(found).toEqual([]);
});
