import { PageLink } from './page-link.tsx';

/** A page that shows nothing but why, with the status of its response. */
export const StatusPage = ({
  status,
  title,
  text,
  link,
}: {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly link: { readonly href: string; readonly label: string };
}) => (
  <div className="shell grid max-w-xl justify-items-start gap-4 py-16 md:py-24">
    <p className="badge badge-over">{status}</p>
    <h1 className="text-3xl font-bold">{title}</h1>
    <p className="text-muted">{text}</p>
    <PageLink href={link.href} className="button button-main">
      {link.label}
    </PageLink>
  </div>
);
