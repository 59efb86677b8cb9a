export { assignDomains } from './assign-domains.ts';
export { climbSearch } from './climb-search.ts';
