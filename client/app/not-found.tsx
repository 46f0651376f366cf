import type { Metadata } from 'next';
import { NotFoundText } from '../components/not-found.tsx';

export const metadata: Metadata = { title: 'Not found' };

// Next makes this part of every page, as what to show if it throws: it must not touch the response.
const NotFoundPage = () => <NotFoundText />;

export default NotFoundPage;
