import type { Metadata } from 'next';
import { LegalPage } from '../../components/legal-page.tsx';
import { legalPages } from '../../lib/legal-pages.ts';

export const metadata: Metadata = { title: legalPages.privacy };

const PrivacyPage = () => <LegalPage page="privacy" />;

export default PrivacyPage;
