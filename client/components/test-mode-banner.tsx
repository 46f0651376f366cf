import { Icon } from './icon.tsx';

interface TestModeBannerProps {
  readonly isSandbox: boolean;
  readonly mailboxUrl: string | undefined;
}

/** Says what is not real here; nothing where cards and mail are. */
export const TestModeBanner = ({ isSandbox, mailboxUrl }: TestModeBannerProps) =>
  (isSandbox || mailboxUrl !== undefined) && (
    <aside className="bg-marquee-tint text-marquee-ink" data-testid="test-mode-banner" aria-label="Test mode">
      <p className="shell flex items-start gap-2 py-2 text-sm">
        <Icon name="flask" className="icon mt-px" />
        <span>
          <strong>Test mode.</strong>
          {isSandbox && <span> No real money moves: only the Stripe sandbox’s test cards work.</span>}
          {mailboxUrl !== undefined && (
            <span>
              {' No mail leaves: it is in the '}
              <a href={mailboxUrl} className="underline">
                mailbox
              </a>
              .
            </span>
          )}
        </span>
      </p>
    </aside>
  );
