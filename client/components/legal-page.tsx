import { readLegalText } from '../lib/legal-files.ts';
import { legalPages, type LegalPageName } from '../lib/legal-pages.ts';
import { legalBlocks } from '../lib/legal-text.ts';
import { runtimeConfig } from '../lib/server/runtime.ts';

/** A page with what the operator has written for it. */
export const LegalPage = async ({ page }: { readonly page: LegalPageName }) => {
  const text = await readLegalText(runtimeConfig().legalDir, page);
  return (
    <div className="shell grid max-w-3xl gap-4 py-10 wrap-anywhere md:py-16">
      <h1 className="text-3xl font-bold">{legalPages[page]}</h1>
      {text === undefined ? (
        <p className="text-muted">The operator of this site has not filled this page yet.</p>
      ) : (
        legalBlocks(text).map((block, index) =>
          block.kind === 'heading' ? (
            <h2 key={index} className="mt-4 text-xl font-semibold" dir="auto">
              {block.text}
            </h2>
          ) : (
            <p key={index} className="leading-relaxed whitespace-pre-line" dir="auto">
              {block.parts.map((part, position) =>
                part.href === undefined ? (
                  part.text
                ) : (
                  <a key={position} className="link" href={part.href}>
                    {part.text}
                  </a>
                ),
              )}
            </p>
          ),
        )
      )}
    </div>
  );
};
