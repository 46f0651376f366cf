import type { Metadata } from 'next';
import { LegalPage } from '../../components/legal-page.tsx';
import { legalPages } from '../../lib/legal-pages.ts';

export const metadata: Metadata = { title: legalPages.imprint };

const ImprintPage = () => <LegalPage page="imprint" />;

export default ImprintPage;
