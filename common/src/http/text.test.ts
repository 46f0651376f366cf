import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { lineOfText, linesOfText } from './text.ts';

const line = lineOfText('Title', 200);
const lines = linesOfText('Text', 200);
const problemsOf = (schema: typeof line, text: unknown) =>
  schema.safeParse(text).error?.issues.map(({ message }) => message.replace(/^(?:Title|Text) /, ''));

test.each([
  ['Latin', 'Café Zoë'],
  ['Hebrew with punctuation', 'שלום חנוך!'],
  ['Persian, which needs non-joiners', 'می\u200Cخواهم'],
  ['Devanagari, which needs joiners', 'क्\u200Dष'],
  ['Thai with a place to break', 'เพลง\u200Bไทย'],
  ['an emoji of several', '👨‍👩‍👧‍👦'],
  ['an emoji with a variation selector', '❤️'],
  ['the flag of Wales', '🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}'],
  ['a Chinese variant', '葛\u{E0100}'],
  ['marks on letters', 'e\u0301 q\u0303'],
  ['one character', '7'],
  ['punctuation', '…?!'],
])('When a text is %s, then it is accepted as it is', (_, text) => {
  expect([line.parse(text), lines.parse(text)]).toEqual([text, text]);
});

test.each([
  ['zero-width spaces', '\u200B\u200B'],
  ['joiners', '\u200D\u200C'],
  ['a variation selector', '\uFE0F'],
  ['a combining mark', '\u0301'],
  ['a Hangul filler', '\u3164'],
  ['a half-width Hangul filler', '\uFFA0'],
  ['Hangul fillers', '\u115F\u1160'],
  ['a blank of Braille', '\u2800'],
  ['a word joiner', '\u2060'],
  ['a soft hyphen', '\u00AD'],
  ['tags', '\u{E0067}\u{E007F}'],
  ['a Mongolian vowel separator', '\u180E'],
  ['an object replacement', '\uFFFC'],
  ['a musical null', '\u{1D159}'],
])('When a text consists of %s, then nobody could see it, and it is refused', (_, text) => {
  for (const schema of [line, lines]) expect(problemsOf(schema, text)).toEqual(['must have a visible character']);
});

test.each([['no text'], [' '], ['\t\n'], ['\uFEFF\u00A0\u3000']])('When a text is %j, then it is empty', (text) => {
  const given = text === 'no text' ? '' : text;
  for (const schema of [line, lines]) expect(problemsOf(schema, given)).toEqual(['must not be empty']);
});

test.each([[undefined], [null], [5], [['text']], [{ $gt: '' }]])('When %j is no text, then it is refused', (value) => {
  for (const schema of [line, lines]) expect(problemsOf(schema, value)).toEqual(['must be text']);
});

const ofLines = [0x09, 0x0a];
const controls = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
];
const overrides = [0x202d, 0x202e];
const otherDirections = [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x2066, 0x2067, 0x2068, 0x2069];
const hex = (code: number): readonly [string, number] => [code.toString(16).padStart(4, '0'), code];

test.each([...controls, ...overrides, ...otherDirections, 0x2028, 0x2029].map(hex))(
  'When a line has U+%s, then it is refused',
  (_, code) => {
    expect(problemsOf(line, `Show ${String.fromCodePoint(code)}05$`)).toEqual([expect.stringContaining('one line')]);
  },
);

test.each([...controls, ...overrides].filter((code) => ![...ofLines, 0x0d, 0x85].includes(code)).map(hex))(
  'When lines have U+%s, then they are refused',
  (_, code) => {
    expect(problemsOf(lines, `Show ${String.fromCodePoint(code)}05$`)).toEqual([expect.stringContaining('override')]);
  },
);

test.each([...ofLines, ...otherDirections].map(hex))('When lines have U+%s, then they are accepted', (_, code) => {
  const text = `Show ${String.fromCodePoint(code)}05$`;
  expect(lines.parse(text)).toBe(text);
});

test('When lines end in different ways, then each end is one line feed', () => {
  expect(lines.parse(' a\r\nb\rc\nd\u2028e\u2029f\u0085g\r\n\r\nh \r\n')).toBe('a\nb\nc\nd\ne\nf\ng\n\nh');
});

test('When a text has as many code points as it may have, then it is accepted; with one more it is refused', () => {
  for (const character of ['x', '票', '🎟']) {
    expect(line.parse(character.repeat(200))).toBe(character.repeat(200));
    expect(problemsOf(line, character.repeat(201))).toEqual(['must have at most 200 characters']);
    expect(problemsOf(lines, character.repeat(201))).toEqual(['must have at most 200 characters']);
  }
});

test('When a text is accepted, then it is accepted again as it was stored', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      for (const schema of [line, lines]) {
        const once = schema.safeParse(text);
        if (once.success) expect(schema.parse(once.data)).toBe(once.data);
      }
    }),
  );
});
