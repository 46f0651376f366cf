export { checks } from './all-checks.ts';
export { auditProduct } from './audit-product.ts';
export type { AuditOptions, AuditResult, Count, Violation } from './audit-product.ts';
export { standardLimits } from './check.ts';
export type { Check, Limits } from './check.ts';
