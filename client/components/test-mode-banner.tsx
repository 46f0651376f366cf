import { Icon } from './icon.tsx';

export const TestModeBanner = () => (
  <aside className="bg-marquee-tint text-marquee-ink" data-testid="test-mode-banner" aria-label="Test mode">
    <p className="shell flex items-start gap-2 py-2 text-sm">
      <Icon name="flask" className="icon mt-px" />
      <span>
        <strong>Test mode.</strong> No real money moves: only the Stripe sandbox’s test cards work.
      </span>
    </p>
  </aside>
);
