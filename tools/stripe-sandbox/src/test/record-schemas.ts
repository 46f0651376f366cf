import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { refName, schemas, type Schema } from './openapi.ts';

/**
 * Writes stripe-schemas.json beside this file: the part of Stripe's OpenAPI document (github.com/stripe/openapi,
 * spec3.json) that describes the sandbox's objects. Run it with the path of spec3.json.
 */
const names: readonly string[] = [
  'account',
  'account_capabilities',
  'account_link',
  'account_requirements',
  'address',
  'api_errors',
  'balance_transaction',
  'billing_details',
  'charge',
  'charge_fraud_details',
  'charge_outcome',
  'dispute',
  'dispute_enhanced_eligibility',
  'dispute_enhanced_evidence',
  'dispute_evidence',
  'dispute_evidence_details',
  'dispute_payment_method_details',
  'dispute_payment_method_details_card',
  'event',
  'fee',
  'networks',
  'notification_event_data',
  'notification_event_request',
  'payment_flows_amount_details',
  'payment_flows_amount_details_client_resource_tip',
  'payment_flows_automatic_payment_methods_payment_intent',
  'payment_flows_private_payment_methods_card_details_api_resource_enterprise_features_extended_authorization_extended_authorization',
  'payment_flows_private_payment_methods_card_details_api_resource_enterprise_features_incremental_authorization_incremental_authorization',
  'payment_flows_private_payment_methods_card_details_api_resource_enterprise_features_overcapture_overcapture',
  'payment_flows_private_payment_methods_card_details_api_resource_multicapture',
  'payment_intent',
  'payment_intent_next_action',
  'payment_intent_next_action_redirect_to_url',
  'payment_intent_payment_method_options',
  'payment_intent_payment_method_options_card',
  'payment_method',
  'payment_method_card',
  'payment_method_card_checks',
  'payment_method_details',
  'payment_method_details_card',
  'payment_method_details_card_checks',
  'payment_method_details_card_network_token',
  'refund',
  'refund_destination_details',
  'refund_destination_details_card',
  'three_d_secure_details_charge',
  'three_d_secure_usage',
  'transfer',
  'transfer_reversal',
];

/** Leaves out optional members that refer to other schemas; the tests report such a member as unknown. */
const pruned = (given: Schema): Schema | undefined => {
  const name = refName(given);
  if (name !== undefined) return names.includes(name) ? { $ref: `#/${name}` } : undefined;
  const { type, nullable, required } = given;
  const anyOf = given.anyOf?.map(pruned).filter((each) => each !== undefined);
  if (anyOf?.length === 0) return given.nullable === true ? { type: 'null', nullable: true } : undefined;
  const items = given.items === undefined ? undefined : (pruned(given.items) ?? {});
  const properties =
    given.properties === undefined
      ? undefined
      : Object.fromEntries(
          Object.entries(given.properties).flatMap(([key, member]) => {
            const kept = pruned(member) ?? (required?.includes(key) === true ? {} : undefined);
            return kept === undefined ? [] : [[key, kept] as const];
          }),
        );
  // Leaves out long enumerations, such as error codes, which no test needs.
  const values = given.enum !== undefined && given.enum.length <= 40 ? given.enum : undefined;
  return { type, nullable, enum: values, anyOf, items, properties, required };
};

const [, , source = ''] = process.argv;
const document = z
  .object({ info: z.object({ version: z.string() }), components: z.object({ schemas }) })
  .parse(JSON.parse(await readFile(source, 'utf8')));

const { version } = document.info;
const recorded = names.map((name) => {
  const found = document.components.schemas[name];
  if (found === undefined) throw new Error(`Stripe's document has no ${name}`);
  return [name, pruned(found)] as const;
});
const content = JSON.stringify({ version, schemas: Object.fromEntries(recorded) });
await writeFile(new URL('stripe-schemas.json', import.meta.url), `${content}\n`);
