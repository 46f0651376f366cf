import type { Metadata } from 'next';
import { AccountPage } from '../../../components/account/account-page.tsx';
import { forUser } from '../../../components/for-user.tsx';
import { Passkeys } from '../../../components/passkeys.tsx';
import { Unavailable } from '../../../components/unavailable.tsx';
import { listPasskeys } from '../../../lib/api/marketplace.ts';
import { serverApi } from '../../../lib/server/api.ts';
import { postRemovePasskey } from '../../form-actions.ts';

const title = 'Passkeys';

export const metadata: Metadata = { title };

const path = '/account/passkeys';

const PasskeysPage = forUser({ title, path }, async () => {
  const loaded = await listPasskeys(await serverApi());
  return (
    <AccountPage
      title={title}
      intro="A passkey signs you in with your fingerprint, your face or your screen lock. Nobody can guess it or trick you into giving it away. Your password goes on working."
    >
      {loaded.ok ? (
        <Passkeys passkeys={loaded.data} post={postRemovePasskey} />
      ) : (
        <Unavailable failure={loaded.failure} retry={path} />
      )}
    </AccountPage>
  );
});

export default PasskeysPage;
