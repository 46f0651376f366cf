import { Icon } from './icon.tsx';
import { LegalLinks } from './legal-links.tsx';

const promises = [
  { icon: 'timer', title: 'Yours while you pay', text: 'While you hold a ticket, no other buyer can get it.' },
  {
    icon: 'shield',
    title: 'The price you saw',
    text: 'If the seller changes it, you decide before you pay the new one.',
  },
  { icon: 'lock', title: 'Cards stay with Stripe', text: 'Card numbers never reach our pages or our servers.' },
] as const;

export const SiteFooter = () => (
  <footer className="mt-16 border-t border-line bg-surface">
    <div className="shell grid gap-8 py-10">
      <ul className="grid gap-6 md:grid-cols-3">
        {promises.map(({ icon, title, text }) => (
          <li key={title} className="flex gap-3">
            <Icon name={icon} className="icon mt-0.5 size-5 text-pine" />
            <div>
              <p className="font-semibold">{title}</p>
              <p className="mt-0.5 text-sm text-muted">{text}</p>
            </div>
          </li>
        ))}
      </ul>
      <LegalLinks />
      <p className="text-sm text-muted">
        Foyer. Tickets from people who can’t go, for people who can. Every time says its zone.
      </p>
    </div>
  </footer>
);
