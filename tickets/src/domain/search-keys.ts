import { tokensOf, type Token } from './fold-text.ts';

/** The longest beginning of a word that is a key of its own; longer ones are ranges of keys. */
const maxPrefix = 5;

/** Keys of a description, which may be long. */
const maxDescriptionKeys = 200;

/** Words and facets of a listing whose pairs are keys: at most 120 pairs. */
const maxPaired = 16;

/** The key of listings that have more words than that, in place of their pairs. */
const unpaired = '|';

export interface SearchedTexts {
  readonly title: string;
  readonly category?: string | undefined;
  readonly venue?: string | undefined;
  readonly city?: string | undefined;
  readonly description?: string | undefined;
}

const wordsOf = ({ words, joined }: Token): string[] => [...words, ...(joined === undefined ? [] : [joined])];

const neighbours = (run: readonly string[]): string[] => run.slice(1).map((next, index) => `${run[index]}${next}`);

/** What stands for the words of a script without spaces: its characters, and each with the next. */
const gramsOf = ({ runs }: Token): string[] => runs.flatMap((run) => [...run, ...neighbours(run)]);

const beginning = (text: string, length: number): string => Array.from(text).slice(0, length).join('');

const prefixesOf = (text: string): string[] =>
  Array.from({ length: maxPrefix }, (_, index) => beginning(text, index + 1));

// No word contains these characters, so no two kinds of keys are confused.
const categoryKey = (category: string): string => `category:${category}`;
const cityKey = (city: string): string =>
  `city:${tokensOf(city)
    .flatMap(({ words, runs }) => [...words, ...runs.map((run) => run.join(''))])
    .join(' ')}`;
const pairKey = (one: string, other: string): string => [one, other].toSorted().join('|');

/** How a pair names a word: words with the same beginning are one to it. */
const startOf = (word: string): string => beginning(word, 2);

const pairsOf = (names: readonly string[]): string[] =>
  names.length > maxPaired
    ? [unpaired]
    : names.flatMap((one, index) => names.slice(index + 1).map((other) => pairKey(one, other)));

/**
 * The keys by which a listing is found: the words of title, venue and city and their beginnings, the words of the description,
 * its category and city, and pairs of these, since two common words may have few listings in common.
 */
export const searchKeys = ({ title, category, venue, city, description = '' }: SearchedTexts): string[] => {
  const tokens = [title, venue ?? '', city ?? ''].flatMap(tokensOf);
  const details = tokensOf(description);
  const words = tokens.flatMap(wordsOf);
  const facets = [
    ...(category === undefined ? [] : [categoryKey(category)]),
    ...(city === undefined ? [] : [cityKey(city)]),
  ];
  return [
    ...new Set([
      ...words,
      ...words.flatMap(prefixesOf),
      ...tokens.flatMap(gramsOf),
      ...facets,
      ...pairsOf([...new Set([...words.map(startOf), ...facets])]),
      ...[...new Set([...details.flatMap(wordsOf), ...details.flatMap(gramsOf)])].slice(0, maxDescriptionKeys),
    ]),
  ];
};

/** A listing matches a term if it has one of its keys, or one that begins as a pattern says. */
export interface SearchTerm {
  readonly keys: readonly (string | RegExp)[];
  /** How pairs name it, if they do. */
  readonly pairedAs?: string;
}

const keyOf = (word: string): string | RegExp =>
  Array.from(word).length <= maxPrefix ? word : new RegExp(`^${word}`, 'u');

const termsOf = (token: Token): SearchTerm[] => {
  const { words, joined, runs } = token;
  const grams = runs.flatMap((run) => (run.length === 1 ? run : neighbours(run)));
  return [
    ...words.map((word) =>
      // AC/DC also finds ACDC.
      joined === undefined
        ? { keys: [keyOf(word)], ...(startOf(word) === beginning(word, 1) ? {} : { pairedAs: startOf(word) }) }
        : { keys: [keyOf(word), keyOf(joined)] },
    ),
    ...grams.map((gram) => ({ keys: [gram] })),
  ];
};

/** The terms of a search, all of which a listing must match; the longest first, as they are likely to be rare. */
export const searchTerms = (q: string): SearchTerm[] => {
  const terms = new Map(
    tokensOf(q)
      .flatMap(termsOf)
      .map((term) => [term.keys.join(' '), term]),
  );
  return [...terms].toSorted(([one], [other]) => other.length - one.length).map(([, term]) => term);
};

const facetTerm = (key: string): SearchTerm => ({ keys: [key], pairedAs: key });

/** The terms of the filters, which are matched as a whole. */
export const categoryTerm = (category: string): SearchTerm => facetTerm(categoryKey(category));
export const cityTerm = (city: string): SearchTerm => facetTerm(cityKey(city));

/** The term of listings that may match both, each with a word of the same beginning; undefined if pairs do not have one. */
export const pairTerm = (one: SearchTerm, other: SearchTerm): SearchTerm | undefined =>
  one.pairedAs === undefined || other.pairedAs === undefined || one.pairedAs === other.pairedAs
    ? undefined
    : { keys: [pairKey(one.pairedAs, other.pairedAs), unpaired] };
