import type { Metadata } from 'next';
import { AccountPage } from '../../../components/account/account-page.tsx';
import { EndOtherSessionsForm, EndSessionForm } from '../../../components/account/end-sessions-form.tsx';
import { Badge } from '../../../components/badge.tsx';
import { forUser } from '../../../components/for-user.tsx';
import { ListHeading } from '../../../components/list-heading.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Unavailable } from '../../../components/unavailable.tsx';
import { listSessions } from '../../../lib/api/marketplace.ts';
import type { AccountSession } from '../../../lib/api/schemas.ts';
import { formatDate, formatDateTime } from '../../../lib/dates.ts';
import { deviceLabel } from '../../../lib/device-label.ts';
import { param, type QueryParams } from '../../../lib/query-params.ts';
import { serverApi } from '../../../lib/server/api.ts';
import { postEndOtherSessions, postEndSession } from '../../form-actions.ts';

const title = 'Devices';

export const metadata: Metadata = { title };

const SessionRow = ({ session }: { readonly session: AccountSession }) => {
  const device = deviceLabel(session.userAgent);
  return (
    <li
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3.5 sm:px-5"
      data-testid="session"
    >
      <div className="min-w-0">
        <h3 className="font-semibold">{device}</h3>
        <p className="text-sm text-muted">
          {session.current ? 'In use now' : `Last used ${formatDateTime(session.lastUsedAt)}`}
        </p>
        <p className="text-sm text-muted">{`Signed in on ${formatDate(session.createdAt)}`}</p>
      </div>
      {session.current ? (
        <Badge variant="good" label="This device" />
      ) : (
        <EndSessionForm post={postEndSession} sessionId={session.id} device={device} />
      )}
    </li>
  );
};

const path = '/account/sessions';

interface PageProps {
  readonly searchParams: Promise<QueryParams>;
}

const SessionsPage = forUser<PageProps>({ title, path }, async ({ searchParams }) => {
  const ended = param(await searchParams, 'ended');
  const sessions = await listSessions(await serverApi());
  return (
    <AccountPage title={title} intro="Where your account is signed in. Sign out what you do not know or use.">
      {ended !== undefined && (
        <Notice variant="success">
          {ended === 'others' ? 'All other devices are signed out.' : 'The device is signed out.'}
        </Notice>
      )}
      {sessions.ok ? (
        <>
          <ListHeading id="devices" count={sessions.data.length}>
            Signed-in devices
          </ListHeading>
          <ul className="panel divide-y divide-line" aria-labelledby="devices">
            {sessions.data
              .toSorted((a, b) => Number(b.current) - Number(a.current))
              .map((session) => (
                <SessionRow key={session.id} session={session} />
              ))}
          </ul>
          {sessions.data.some(({ current }) => !current) && <EndOtherSessionsForm post={postEndOtherSessions} />}
        </>
      ) : (
        <Unavailable failure={sessions.failure} retry={path} />
      )}
    </AccountPage>
  );
});

export default SessionsPage;
