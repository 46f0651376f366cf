/** The pages that the operator of a site writes: their paths, and in LEGAL_DIR a file each. */
export const legalPages = {
  terms: 'Terms',
  privacy: 'Privacy notice',
  contact: 'Contact',
  imprint: 'Imprint',
} as const;

export type LegalPageName = keyof typeof legalPages;
