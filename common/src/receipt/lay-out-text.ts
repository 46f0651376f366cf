import bidiModule, { type Bidi } from 'bidi-js';
import { regular, typefacesFor, type Typeface } from './typefaces.ts';

/** Text that is drawn at once, from left to right, in one typeface. */
export interface Run {
  readonly text: string;
  readonly typeface: Typeface;
}

/** What a reader sees as one character, and the direction in which it is read (odd: from right to left). */
interface Cluster extends Run {
  readonly level: number;
}

/** Longer than any text of a listing. */
const maxLength = 400;
const replacement = '\u25a1';

/** Its types are those of the module for bundlers; Node loads the other one, whose export is the function itself. */
const isBidiFactory = (value: unknown): value is () => Bidi => typeof value === 'function';
const openBidi = (): Bidi => {
  if (!isBidiFactory(bidiModule)) throw new TypeError('bidi-js has changed its export');
  return bidiModule();
};
const bidi = openBidi();

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const codePointsOf = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);

/** What a reader sees as characters, composed, on one line. */
const graphemesOf = (text: string): string[] => {
  const line = (text.length > maxLength ? `${text.slice(0, maxLength)}…` : text)
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return Array.from(segmenter.segment(line), ({ segment }) => segment);
};

/** Characters that are invisible or change the direction of others, but for the one that separates letters in Persian. */
const ignored = /(?!\u200c)[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** The grapheme in the first typeface that has it, without marks that no typeface has. */
const typeset = (grapheme: string, typefaces: readonly Typeface[]): Run => {
  const codePoints = codePointsOf(grapheme);
  const [base = 0] = codePoints;
  const typeface = typefaces.find(({ has }) => codePoints.every(has)) ?? typefaces.find(({ has }) => has(base));
  if (typeface === undefined) return { text: replacement, typeface: regular };
  return { text: String.fromCodePoint(...codePoints.filter(typeface.has)), typeface };
};

const clustersOf = (text: string, preferred: readonly Typeface[]): Cluster[] => {
  const typefaces = [...preferred, ...typefacesFor(text)];
  const runs = graphemesOf(text)
    .map((grapheme) => grapheme.replace(ignored, ''))
    .filter((grapheme) => grapheme !== '')
    .map((grapheme) => typeset(grapheme, typefaces));
  const { levels } = bidi.getEmbeddingLevels(runs.map((run) => run.text).join(''));
  let index = 0;
  return runs.map((run) => {
    const level = levels[index] ?? 0;
    index += run.text.length;
    return { ...run, level };
  });
};

const widthOf = ({ text, typeface }: Run): number =>
  codePointsOf(text)
    .filter((codePoint) => !/\p{M}/u.test(String.fromCodePoint(codePoint)))
    .reduce((width, codePoint) => width + typeface.widthOf(codePoint), 0);

const isSpaceless = (text: string): boolean =>
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text);

/** Whether a line may end between the two: after a space, and around characters of scripts that have none between words. */
const mayBreak = (before: string, after: string): boolean =>
  before === ' ' ||
  ((isSpaceless(before) || isSpaceless(after)) &&
    !/^[\p{Pe}\p{Pf}\p{Po}ー]/u.test(after) &&
    !/[\p{Ps}\p{Pi}]$/u.test(before) &&
    after !== ' ');

/** Fills lines up to the width, at size 1. A word that is longer than a line is broken anywhere. */
const breakLines = (clusters: readonly Cluster[], maxWidth: number): Cluster[][] => {
  const lines: Cluster[][] = [];
  let line: Cluster[] = [];
  let width = 0;
  for (const cluster of clusters) {
    line.push(cluster);
    width += widthOf(cluster);
    if (width <= maxWidth || cluster.text === ' ') continue;
    const found = line.findLastIndex((next, index) => index > 0 && mayBreak(line[index - 1]?.text ?? '', next.text));
    const end = found > 0 ? found : Math.max(1, line.length - 1);
    lines.push(line.slice(0, end));
    line = line.slice(end);
    width = line.reduce((sum, next) => sum + widthOf(next), 0);
  }
  return [...lines, line];
};

/** Reverses each sequence of `level` or above, from the highest level down (Unicode Bidirectional Algorithm, rule L2). */
const inVisualOrder = <Item extends { readonly level: number }>(items: readonly Item[]): Item[] => {
  const ordered = [...items];
  const highest = Math.max(0, ...items.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    for (let start = 0; start < ordered.length; start += 1) {
      let end = start;
      while ((ordered[end]?.level ?? 0) >= level) end += 1;
      if (end === start) continue;
      ordered.splice(start, end - start, ...ordered.slice(start, end).toReversed());
      start = end;
    }
  }
  return ordered;
};

/** The direction in which fontkit lays out a run: that of the first character whose script is known. */
const isLaidOutFromRight = (text: string): boolean => {
  const [first] = /(?!\p{Script=Common}|\p{Script=Inherited})./u.exec(text) ?? [];
  return first !== undefined && /[\p{Script=Hebrew}\p{Script=Arabic}]/u.test(first);
};

const mirrored = ({ text, level }: Cluster): string =>
  level % 2 === 0 ? text : (bidi.getMirroredCharacter(text) ?? text);

const trimmed = (line: readonly Cluster[]): Cluster[] =>
  line.slice(0, line.findLastIndex(({ text }) => text !== ' ') + 1);

/** A line's clusters in runs of one typeface and level, ordered from left to right. */
const runsOf = (line: readonly Cluster[]): Run[] => {
  const runs: Cluster[][] = [];
  for (const cluster of trimmed(line)) {
    const last = runs.at(-1);
    const [first] = last ?? [];
    if (first?.level === cluster.level && first.typeface === cluster.typeface) last?.push(cluster);
    else runs.push([cluster]);
  }
  const ordered = inVisualOrder(runs.map((clusters) => ({ level: clusters[0]?.level ?? 0, clusters })));
  return ordered.flatMap(({ level, clusters }): Run[] => {
    const [{ typeface } = { typeface: regular }] = clusters;
    const texts = clusters.map(mirrored);
    const text = texts.join('');
    const isFromRight = level % 2 === 1;
    if (isFromRight === isLaidOutFromRight(text)) return [{ text, typeface }];
    // Without the shaping of a whole run, which these characters, digits and punctuation, do not need.
    return (isFromRight ? texts.toReversed() : texts).map((single) => ({ text: single, typeface }));
  });
};

/** Lines that are at most as wide as this at this font size, but for what shaping adds; one, empty, of no text. */
export const layOutText = (
  text: string,
  {
    width,
    size,
    preferred = [],
  }: { readonly width: number; readonly size: number; readonly preferred?: readonly Typeface[] | undefined },
): readonly (readonly Run[])[] => breakLines(clustersOf(text, preferred), width / size).map(runsOf);
