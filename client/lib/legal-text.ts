export type LegalBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | {
      readonly kind: 'paragraph';
      readonly parts: readonly { readonly text: string; readonly href?: string | undefined }[];
    };

const link = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/;

const hrefOf = (text: string): string | undefined => {
  if (!link.test(text)) return undefined;
  return text.includes('://') ? text : `mailto:${text}`;
};

/**
 * The blocks of a plain text: a line that begins with `# ` is a heading, blank lines separate paragraphs, which keep their line
 * breaks. Web and mail addresses are links. Nothing in it is HTML.
 */
export const legalBlocks = (text: string): LegalBlock[] =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/^# .*$/gm, '\n$&\n')
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .map((block) =>
      block.startsWith('# ')
        ? { kind: 'heading', text: block.slice(2).trim() }
        : {
            kind: 'paragraph',
            parts: block
              .split(link)
              .filter((part) => part !== '')
              .map((part) => ({ text: part, href: hrefOf(part) })),
          },
    );
