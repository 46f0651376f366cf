// Imports nothing, since browsers load it too.

/**
 * EST, EST5EDT or GMT+0: Intl knows them, but people mean different zones by them, and few keep summer time as their place does.
 * PRC, ROC and ROK are names of countries.
 */
const abbreviation = /^(?!(?:UTC|UCT|PRC|ROC|ROK)$)[a-z]{3}(?:[+-]?\d[a-z\d]*)?$/i;

/** Whether Intl can show times in it. */
const isKnown = (timeZone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone }).format(0) !== '';
  } catch {
    return false;
  }
};

/**
 * Whether the text is the name of a time zone in IANA's database, its links such as `Asia/Kolkata` and `UTC` included. Offsets
 * and abbreviations are none: they do not say when a place changes its clocks.
 */
export const isTimeZone = (text: string): boolean =>
  // Intl also takes offsets, and SystemV/ of old databases.
  /^(?!SystemV\/)[a-z]/i.test(text) && !abbreviation.test(text) && isKnown(text);
