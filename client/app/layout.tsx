import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { VerificationNotice } from '../components/account/verification-notice.tsx';
import { SiteFooter } from '../components/site-footer.tsx';
import { SiteHeader } from '../components/site-header.tsx';
import { TestModeBanner } from '../components/test-mode-banner.tsx';
import { readSession } from '../lib/server/api.ts';
import { runtimeConfig } from '../lib/server/runtime.ts';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Foyer: tickets from people who can’t go', template: '%s · Foyer' },
  description:
    'Buy and sell tickets for concerts, sports, theatre, comedy and festivals. No other buyer can get a ticket that you hold.',
  formatDetection: { telephone: false },
};

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#0d5f4b' },
    { media: '(prefers-color-scheme: dark)', color: '#0a4436' },
  ],
};

const RootLayout = async ({ children }: { readonly children: ReactNode }) => {
  const session = await readSession();
  const { stripe, mailboxUrl } = runtimeConfig();
  return (
    <html lang="en">
      <body className="flex min-h-dvh flex-col font-sans antialiased">
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-lg focus:bg-surface focus:px-4 focus:py-2 focus:font-semibold"
        >
          Skip to content
        </a>
        <TestModeBanner isSandbox={stripe.mode === 'sandbox'} mailboxUrl={mailboxUrl} />
        <SiteHeader session={session} />
        <VerificationNotice user={'user' in session ? session.user : undefined} />
        <main id="main" className="flex-1" tabIndex={-1}>
          {children}
        </main>
        <SiteFooter />
      </body>
    </html>
  );
};

export default RootLayout;
