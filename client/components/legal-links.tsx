import { legalPages } from '../lib/legal-pages.ts';

/** Links to the operator's pages. */
export const LegalLinks = () => (
  <nav aria-label="About this site">
    <ul className="flex flex-wrap gap-x-6">
      {Object.entries(legalPages).map(([name, label]) => (
        <li key={name}>
          <a href={`/${name}`} className="link inline-flex min-h-11 items-center">
            {label}
          </a>
        </li>
      ))}
    </ul>
  </nav>
);
