'use client';
import { LegalLinks } from '../components/legal-links.tsx';
import './globals.css';

const GlobalErrorPage = () => (
  <html lang="en">
    <body className="font-sans antialiased">
      <title>Something went wrong · Foyer</title>
      <main className="shell grid max-w-xl gap-4 py-24">
        <div className="grid justify-items-start gap-4" role="alert">
          <h1 className="text-3xl font-bold">Something went wrong on our side</h1>
          <p className="text-muted">Your orders and payments are not affected. Please reload the page.</p>
          <a href="/" className="button button-main">
            Browse tickets
          </a>
        </div>
        <LegalLinks />
      </main>
    </body>
  </html>
);

export default GlobalErrorPage;
