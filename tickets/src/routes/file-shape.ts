/** What the file of a ticket may be. Browsers load this file too. */
export const fileTypes = ['application/pdf', 'image/png', 'image/jpeg'] as const;

export const maxFileBytes = 5 * 1024 * 1024;
