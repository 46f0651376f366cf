import type { Metadata } from 'next';
import { randomUUID } from 'node:crypto';
import { forUser } from '../../../components/for-user.tsx';
import { ListingForm } from '../../../components/listing-form.tsx';
import { categories } from '../../../lib/categories.ts';
import { isAfterAction } from '../../../lib/response-status.ts';
import { timeZoneChoices } from '../../../lib/server/city-time-zones.ts';
import { runtimeConfig, siteCurrency } from '../../../lib/server/runtime.ts';
import { postSell } from '../../form-actions.ts';

const title = 'Sell a ticket';

export const metadata: Metadata = { title };

const Sell = () => (
  <div className="shell max-w-2xl py-8 md:py-12">
    <h1 className="text-3xl font-bold">{title}</h1>
    <p className="mt-2 max-w-prose text-muted">
      Only a title and a price are required; details help buyers find the ticket. You can edit it until a buyer holds
      it.
    </p>
    <div className="panel mt-6 p-5 sm:p-7">
      <ListingForm
        post={postSell}
        categories={categories}
        timeZones={timeZoneChoices}
        currency={siteCurrency().code}
        feePercent={runtimeConfig().sellerFeePercent}
        formKey={randomUUID()}
      />
    </div>
  </div>
);

const SellForUser = forUser({ title, path: '/tickets/new' }, Sell);

/** Shown to anybody after the form was posted: it may say which seats it has listed before the session ended. */
const SellPage = () => (isAfterAction() ? <Sell /> : <SellForUser />);

export default SellPage;
