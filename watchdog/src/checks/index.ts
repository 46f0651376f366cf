export { checks } from './all-checks.ts';
export { auditProduct } from './audit-product.ts';
export type { AuditResult, Violation } from './audit-product.ts';
export { finishedLimits } from './check.ts';
export { amountAtStripe, causeAtStripe, compareMovements } from './compare-movements.ts';
