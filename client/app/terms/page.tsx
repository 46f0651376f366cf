import type { Metadata } from 'next';
import { LegalPage } from '../../components/legal-page.tsx';
import { legalPages } from '../../lib/legal-pages.ts';

export const metadata: Metadata = { title: legalPages.terms };

const TermsPage = () => <LegalPage page="terms" />;

export default TermsPage;
