export type Strength = 'weak' | 'fair' | 'strong';

export interface PasswordRule {
  readonly text: string;
  /** Undefined before anything is typed, and for a rule that only the server can check. */
  readonly isMet?: boolean;
}

const inAnyCase = (text: string): string => text.normalize('NFKC').toLowerCase();

/** The rules of new passwords, in the words in which the server refuses a password. */
export const passwordRules = (password = '', email = ''): readonly PasswordRule[] => {
  const length = Array.from(password).length;
  const address = inAnyCase(email.trim());
  const typed = password === '' ? undefined : inAnyCase(password);
  const rule = (text: string, isMet: boolean) => (typed === undefined ? { text } : { text, isMet });
  return [
    rule('Between 8 and 128 characters', length >= 8 && length <= 128),
    rule(
      'Not the email address or the part before its @',
      address === '' || (typed !== address && typed !== address.slice(0, address.lastIndexOf('@'))),
    ),
    { text: 'Not one of the 10,000 most common (checked when you send it)' },
  ];
};

const kindOf = (character: string): string => {
  if (/\p{Ll}/u.test(character)) return 'lower';
  if (/\p{Lu}/u.test(character)) return 'upper';
  if (/\p{N}/u.test(character)) return 'digit';
  return 'other';
};

/** Bits that a character adds, roughly: most after one of another kind, little where it continues a word or a pattern. */
const bits = { newKind: 5, sameKind: 2.5, pattern: 0.5 } as const;

/**
 * A rough estimate from length and variety. It knows no words, so it takes letters in a row for one; repeated pairs of
 * characters and alphabetical or numerical runs count for little.
 */
export const passwordStrength = (password: string): Strength => {
  const seen = new Set<string>();
  let previous = '';
  let previousStep = 0;
  let sum = 0;
  for (const character of password.normalize('NFKC')) {
    const step = (character.codePointAt(0) ?? 0) - (previous.codePointAt(0) ?? 0);
    const pair = `${previous}${character}`;
    const isRun = Math.abs(step) <= 1 && step === previousStep;
    if (seen.has(pair) || isRun) sum += bits.pattern;
    else sum += kindOf(character) === kindOf(previous) ? bits.sameKind : bits.newKind;
    seen.add(pair);
    previous = character;
    previousStep = step;
  }
  if (sum < 30) return 'weak';
  return sum < 50 ? 'fair' : 'strong';
};
