import type { LinkTokens } from '../domain/links.ts';

/** What mails with links need. */
export interface LinkContext {
  readonly links: Pick<LinkTokens, 'tokenOf'>;
}

/** The path of a page that does what the link is for. Opening it uses nothing up. */
export const linkTo = (page: string, { links, jobId }: LinkContext & { readonly jobId: string }): string =>
  `/${page}?token=${encodeURIComponent(links.tokenOf(jobId))}`;
