import type { Metadata } from 'next';
import { NotFoundText } from '../components/not-found.tsx';

export const metadata: Metadata = { title: 'Not found' };

// Next renders this as the fallback of every page, so it must not set the response's status.
const NotFoundPage = () => <NotFoundText />;

export default NotFoundPage;
