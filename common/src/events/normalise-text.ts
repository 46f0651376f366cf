// Imports nothing, since browsers load it too.

/** Equal for texts that differ in case, in spaces, or in how Unicode writes the same characters. */
export const normaliseText = (text: string): string =>
  // Upper case first, which folds more: ß and ss, final and other sigma.
  text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').trim().replaceAll(/\s+/gu, ' ');
